package dev.tandem.orchestrator.measure;

import dev.tandem.orchestrator.timeline.Span;

/** Short ways to write spans. */
public final class Spans {
  private Spans() {}

  public static Span run(String stage, String device, int picture, long from, long to) {
    return new Span(Span.Kind.RUN, stage, device, picture, 0, from, to);
  }

  public static Span stage(String stage, int picture, long from, long to) {
    return new Span(Span.Kind.STAGE, stage, "of the stage", picture, -1, from, to);
  }

  public static Span blocked(String stage, int picture, long from, long to) {
    return new Span(Span.Kind.BLOCKED, stage, "of the stage", picture, -1, from, to);
  }
}
