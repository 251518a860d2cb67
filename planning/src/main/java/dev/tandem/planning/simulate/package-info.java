/**
 * What a placement would give, without hardware: the engine that makes pictures, driven by virtual
 * time, with work that only spends what a cost table says.
 *
 * <pre>
 *   Job --Simulator--> SimulatedTasks --Wiring, Engine--> calls of SimulatedWorkload at VirtualTime's queues
 *                                                         slower while others are busy
 * </pre>
 *
 * So a prediction is wrong by the costs alone, never by the order of things. Of a long run the
 * first pictures are simulated, the others go on at their pace ({@link
 * dev.tandem.planning.simulate.LongRun}).
 */
package dev.tandem.planning.simulate;
