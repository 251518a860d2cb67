package dev.tandem.orchestrator.timeline;

/**
 * One row of the table after a run.
 *
 * @param busyNs time its device computed for it
 * @param waitNs time in which its input was not there yet
 * @param blockedNs time in which it could not hand its result over
 */
public record StageSummary(String stage, String device, long busyNs, long waitNs, long blockedNs) {}
