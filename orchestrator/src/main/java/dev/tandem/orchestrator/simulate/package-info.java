/**
 * What a placement would give, without hardware: a discrete-event simulation of the pipeline.
 *
 * <pre>
 *   pictures --> Dispatch --> lane: SimulatedStage --SimulatedRing--> SimulatedStage --> ... --> order
 *                                       |
 *                                       v
 *                      SimulatedDevices: one run at a time each, first come first served,
 *                      slower while others are busy
 * </pre>
 *
 * Time is a number; {@link dev.tandem.orchestrator.simulate.EventQueue} steps from event to event.
 */
package dev.tandem.orchestrator.simulate;
