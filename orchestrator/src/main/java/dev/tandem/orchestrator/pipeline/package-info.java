/**
 * Stages on threads of their own, joined by rings. All of Disruptor is in here.
 *
 * <pre>
 *   submit --junction--> station --junction--> station --junction--> outlet --> Completion
 *                   \--> station --/                                 puts pictures in order
 * </pre>
 *
 * A {@link dev.tandem.orchestrator.pipeline.Station} is a stage with a ring before it; it holds a
 * limited number of tasks, the one at work and those waiting. A {@link
 * dev.tandem.orchestrator.pipeline.Junction} leads to one of several stations; who finds no room
 * there waits (back-pressure). As tasks only go forward, something can always move.
 *
 * <p>A task that fails skips the remaining stages and still completes, so every task that was
 * submitted completes exactly once. {@link dev.tandem.orchestrator.pipeline.Threading} runs the
 * same stations with a thread for each, or with none at all and a virtual clock.
 */
package dev.tandem.orchestrator.pipeline;
