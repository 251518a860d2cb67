/**
 * What each strategy would give on the machine of a profile, before anything runs.
 *
 * <pre>
 *   Profile + model --> ProfileCosts --> strategies --> placements --> simulate --> Plan
 * </pre>
 *
 * Measured stages are taken as they are; what was not measured is estimated from the model's graph
 * and what the device's operations cost.
 */
package dev.tandem.planning;
