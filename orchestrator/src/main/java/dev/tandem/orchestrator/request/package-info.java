/** What can be asked for, and on what terms: records without a run time. */
package dev.tandem.orchestrator.request;
