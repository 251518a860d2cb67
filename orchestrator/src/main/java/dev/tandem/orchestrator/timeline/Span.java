package dev.tandem.orchestrator.timeline;

/**
 * Something that took time.
 *
 * @param kind what it was
 * @param stage pipeline stage, for example {@code denoise}
 * @param device where it ran, as {@code Devices.open} takes it
 * @param picture index of the picture, or -1 for none
 * @param step number of the step within the stage from 0, or -1 for none
 * @param startNs start in {@link System#nanoTime} time
 * @param endNs end in {@link System#nanoTime} time
 */
public record Span(
    Kind kind, String stage, String device, int picture, int step, long startNs, long endNs) {

  /** What a span measures. */
  public enum Kind {
    /** A picture in a stage, host work included. */
    STAGE,
    /** A device computing one executable. */
    RUN,
    /** A stage that has nothing to do because its input is not there yet. */
    WAIT
  }

  public Span {
    if (endNs < startNs) {
      throw new IllegalArgumentException("span of " + stage + " ends before it starts");
    }
  }

  public long durationNs() {
    return endNs - startNs;
  }
}
