/**
 * Carries tasks through stages on devices. One piece of code wires, chooses and hands over; threads
 * drive it in real time ({@link dev.tandem.orchestrator.engine.Threads}), an event queue in virtual
 * time ({@link dev.tandem.orchestrator.engine.VirtualTime}): a simulation is the same engine whose
 * calls only spend what a cost table says.
 *
 * <pre>
 *   submit --> pending (by priority) --junction--> station --junction--> station --> outlet --> output queue
 *                                                     |  unit of work: one call or several at a time
 *                                                     v
 *                                      call queue of a device, one call at a time
 * </pre>
 *
 * A {@link dev.tandem.orchestrator.engine.Station} is a stage with a limited number of places: for
 * the task at work and those that wait. A {@link dev.tandem.orchestrator.engine.Junction} leads to
 * one of several stations; who finds no room waits in the station before (back-pressure). As tasks
 * only go forward, something can always move.
 *
 * <p>{@link dev.tandem.orchestrator.engine.Engine} owns all state, behind one lock. Whoever brings
 * an event runs what follows from it: the thread of a device, having ended a call, does the host's
 * part of it, starts what comes next and goes on with that, without waiting for another thread.
 * Nothing that takes long is done under the lock, and listeners are called outside of it, in order.
 */
package dev.tandem.orchestrator.engine;
