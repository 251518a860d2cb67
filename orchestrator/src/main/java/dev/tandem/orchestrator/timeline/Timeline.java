package dev.tandem.orchestrator.timeline;

import java.util.function.Consumer;

/** Passes the spans of a run, from any thread, on to a receiver and to JFR; keeps none. */
public final class Timeline {
  private final Detail detail;
  private final Consumer<Span> receiver;
  private final boolean events;

  /** Looks at devices from the host, for JFR alone. */
  public Timeline() {
    this(Detail.HOST, span -> {});
  }

  /**
   * A timeline of one run.
   *
   * @param receiver hears of each span when it is over, from several threads at once
   */
  public Timeline(Detail detail, Consumer<Span> receiver) {
    this(detail, receiver, true);
  }

  private Timeline(Detail detail, Consumer<Span> receiver, boolean events) {
    this.detail = detail;
    this.receiver = receiver;
    this.events = events;
  }

  /** Whether anybody wants more than the runs of devices. */
  public boolean stages() {
    return events;
  }

  /**
   * A timeline of a simulated run: only the runs of devices, and nothing for JFR, as nothing
   * happened.
   */
  public static Timeline simulated(Consumer<Span> receiver) {
    return new Timeline(Detail.HOST, receiver, false);
  }

  public Detail detail() {
    return detail;
  }

  public void add(Span span) {
    receiver.accept(span);
    if (events) {
      SpanEvents.emit(span);
    }
  }

  /** Records a span that ends now. */
  public void endNow(
      Span.Kind kind, String stage, String device, int picture, int step, long startNs) {
    add(new Span(kind, stage, device, picture, step, startNs, System.nanoTime()));
  }

  /** Starts to record a run of an executable now. */
  public RunRecording startRun(String stage, String device, int picture, int step) {
    return new RunRecording(this, stage, device, picture, step);
  }
}
