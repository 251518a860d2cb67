/**
 * One truth of time: every span of a run goes through one {@link
 * dev.tandem.orchestrator.timeline.Timeline}; tables, JSON and traces are views of it.
 *
 * <pre>
 *   stages, devices --Span--> Timeline --> figures (running sums)
 *                                     \--> the run's listener (a trace, a list)
 *                                     \--> JFR
 * </pre>
 *
 * Nothing keeps all spans of a run: there is no limit to how long one may be.
 */
package dev.tandem.orchestrator.timeline;
