/** Measures placements against each other, by runs that take turns. */
package dev.tandem.orchestrator.compare;
