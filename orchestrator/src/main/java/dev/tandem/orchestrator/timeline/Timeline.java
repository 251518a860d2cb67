package dev.tandem.orchestrator.timeline;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Collects the spans of a run from any thread. */
public final class Timeline {
  private final ConcurrentLinkedQueue<Span> spans = new ConcurrentLinkedQueue<>();

  public void add(Span span) {
    spans.add(span);
  }

  /** Records a span that ends now. */
  public void endNow(
      Span.Kind kind, String stage, String device, int picture, int step, long startNs) {
    add(new Span(kind, stage, device, picture, step, startNs, System.nanoTime()));
  }

  /** What was recorded so far. */
  public List<Span> spans() {
    return new ArrayList<>(spans);
  }
}
