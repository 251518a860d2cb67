/**
 * One truth of time: every span of a run goes through one {@link
 * dev.tandem.orchestrator.timeline.Timeline}; tables, JSON and traces are views of it.
 */
package dev.tandem.orchestrator.timeline;
