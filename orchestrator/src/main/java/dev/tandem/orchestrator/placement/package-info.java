/**
 * Which device does what, as data. Strategies and people make placements, the planner scores them,
 * the pipeline runs them; nothing else decides where work goes.
 *
 * <pre>
 *   Placement = lanes (replicas that share the pictures)
 *   Lane      = text: candidates -> denoise: parts in the order of the steps -> decode: candidates
 * </pre>
 */
package dev.tandem.orchestrator.placement;
