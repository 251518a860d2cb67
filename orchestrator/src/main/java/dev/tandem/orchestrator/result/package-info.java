/** What a run tells and what it did. */
package dev.tandem.orchestrator.result;
