package dev.tandem.orchestrator.measure;

import dev.tandem.orchestrator.timeline.Span;

/** Short ways to write spans. */
final class Spans {
  private Spans() {}

  static Span run(String stage, String device, int picture, long from, long to) {
    return new Span(Span.Kind.RUN, stage, device, picture, 0, from, to);
  }

  static Span stage(String stage, int picture, long from, long to) {
    return new Span(Span.Kind.STAGE, stage, "of the stage", picture, -1, from, to);
  }

  static Span blocked(String stage, int picture, long from, long to) {
    return new Span(Span.Kind.BLOCKED, stage, "of the stage", picture, -1, from, to);
  }
}
