/** Finished pictures and how they are written. */
package dev.tandem.orchestrator.picture;
