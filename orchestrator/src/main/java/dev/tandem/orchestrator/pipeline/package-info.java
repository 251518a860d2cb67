/**
 * Stages on threads of their own, joined by rings. All of Disruptor is in here.
 *
 * <pre>
 *   submit --ring--> stage 1 --ring--> stage 2 --ring--> ... --> Completion
 *             ^ credits: no more tasks in a ring than its capacity
 * </pre>
 *
 * A task that fails skips the remaining stages and still completes, so every task that was
 * submitted completes exactly once, in the order of submission.
 */
package dev.tandem.orchestrator.pipeline;
