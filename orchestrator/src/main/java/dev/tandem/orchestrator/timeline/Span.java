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
 * @param detail what else is to say, for example the operation's name; may be empty
 * @param lane which of several that are at work beside each other, from 1; 0 if there is only one:
 *     of a device the part of a batch, else the number of the stage among those of its name. Spans
 *     of one kind of work, device and lane follow each other or lie within each other.
 * @param errorNs how far off start and end may be: 0 for the host's clock, else how exactly the
 *     device's clock was aligned with it, ns
 */
public record Span(
    Kind kind,
    String stage,
    String device,
    int picture,
    int step,
    int lane,
    long startNs,
    long endNs,
    String detail,
    long errorNs) {

  /** What a span measures. */
  public enum Kind {
    /** A picture in a stage, host work included. */
    STAGE,
    /** A step of the sampler, host work included. */
    STEP,
    /** A device computing one executable, from device start to device end where it tells. */
    RUN,
    /** A device computing one operation of a run. */
    OPERATION,
    /** Data going between host and device, or shared memory changing hands. */
    TRANSFER,
    /** A stage that has nothing to do because its input is not there yet. */
    WAIT,
    /** A stage that cannot hand its result over because the next one is behind: back-pressure. */
    BLOCKED
  }

  public Span {
    if (endNs < startNs) {
      throw new IllegalArgumentException(
          kind + " span of " + stage + " ends " + (startNs - endNs) + " ns before it starts");
    }
  }

  /** A span of what is alone. */
  public Span(
      Kind kind,
      String stage,
      String device,
      int picture,
      int step,
      long startNs,
      long endNs,
      String detail,
      long errorNs) {
    this(kind, stage, device, picture, step, 0, startNs, endNs, detail, errorNs);
  }

  /** A span in the host's time with nothing more to say. */
  public Span(
      Kind kind, String stage, String device, int picture, int step, long startNs, long endNs) {
    this(kind, stage, device, picture, step, 0, startNs, endNs, "", 0);
  }

  public long durationNs() {
    return endNs - startNs;
  }
}
