package dev.tandem.orchestrator.timeline;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Keeps spans as they come, up to a number of them. Any thread. */
public final class SpanList implements Consumer<Span> {
  private final int most;
  private final List<Span> spans = new ArrayList<>();

  /** Keeps all spans: for runs of few pictures. */
  public SpanList() {
    this(Integer.MAX_VALUE);
  }

  /** Keeps the first so many spans. */
  public SpanList(int most) {
    this.most = most;
  }

  @Override
  public synchronized void accept(Span span) {
    if (spans.size() < most) {
      spans.add(span);
    }
  }

  /** What came so far. */
  public synchronized List<Span> spans() {
    return List.copyOf(spans);
  }
}
