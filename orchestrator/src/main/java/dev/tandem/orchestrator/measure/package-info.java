/**
 * Figures of a run, all computed from the spans of its {@link
 * dev.tandem.orchestrator.timeline.Timeline}: how busy each device was and why it idled, how long
 * pictures took, and the speed that the solo times of the work allow at most.
 *
 * <pre>
 * spans -> RunMetrics (latency, overlap, DeviceUse with its bubbles)
 * spans of one-at-a-time runs -> SoloCosts -> Bound
 * </pre>
 */
package dev.tandem.orchestrator.measure;
