/**
 * What a placement would give, without hardware: a discrete-event simulation of the pipeline.
 *
 * <pre>
 *   pictures --> SimulatedJunction --> SimulatedStation --> SimulatedJunction --> ... --> order
 *                 (text)                  |                  (lane, part, decode)
 *                                         v
 *                      SimulatedDevices: one run at a time each, first come first served,
 *                      slower while others are busy
 * </pre>
 *
 * <p>It mirrors the run time: the same junctions with the same choices, stations that hold as many
 * pictures, a thread for each station.
 *
 * <p>Time is a number; {@link dev.tandem.planning.simulate.EventQueue} steps from event to event.
 */
package dev.tandem.planning.simulate;
