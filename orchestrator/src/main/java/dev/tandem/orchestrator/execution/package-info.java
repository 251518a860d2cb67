/**
 * Runs a placement: the stages of a model at their devices, in a pipeline.
 *
 * <pre>
 *   Placement --Wiring--> Junctions of TextStation, DenoiseStation, VaeStation
 *   station --Call--> Seat --DeviceQueue--> device, one thing at a time
 *                      |  a device that fails, hangs or lacks memory: the seat moves to another,
 *                      |  the call is repeated there, an Incident is noted
 * </pre>
 *
 * A picture's state lies between calls on the host, so a call that failed is simply repeated: no
 * picture is lost or doubled.
 */
package dev.tandem.orchestrator.execution;
