package dev.tandem.orchestrator.timeline;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Collects the spans of a run from any thread, and passes each on to JFR. */
public final class Timeline {
  private final ConcurrentLinkedQueue<Span> spans = new ConcurrentLinkedQueue<>();
  private final Detail detail;

  /** Looks at devices from the host. */
  public Timeline() {
    this(Detail.HOST);
  }

  public Timeline(Detail detail) {
    this.detail = detail;
  }

  public Detail detail() {
    return detail;
  }

  public void add(Span span) {
    spans.add(span);
    SpanEvents.emit(span);
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

  /** What was recorded so far. */
  public List<Span> spans() {
    return new ArrayList<>(spans);
  }
}
