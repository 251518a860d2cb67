/**
 * A placement as stations of an {@link dev.tandem.orchestrator.engine.Engine}: which device does a
 * stage's work for a picture, what it is expected to cost, and where it goes when a device fails.
 * What the work is, a {@link dev.tandem.orchestrator.wiring.Workload} knows: that of a model
 * computes, that of a simulation only spends time.
 *
 * <pre>
 *   Placement --Wiring--> Junctions of PlacedStages, each with a Seat or two at a Place
 *   PlacedStage --StageUnit--> Seat --> call queue of the Place, one thing at a time
 *                      |  a device that fails, hangs or lacks memory: the seat moves to another,
 *                      |  the call is repeated there, an Incident is noted
 * </pre>
 *
 * A picture's state lies between calls on the host, so a call that failed is simply repeated: no
 * picture is lost or doubled.
 */
package dev.tandem.orchestrator.wiring;
