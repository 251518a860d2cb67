package dev.tandem.conformance.pipeline;

import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.result.RunReport;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.SpanList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One picture of the default model and what the run did.
 *
 * @param rgb of the picture
 * @param spans all that the run took
 */
@SuppressWarnings("ArrayRecordComponent") // never compared as records
record Run(byte[] rgb, RunReport report, List<Span> spans) {
  static final Path MODEL = Path.of(System.getProperty("tandem.root"), "models/default");

  static Run of(Request request, Placement placement, RunOptions options) {
    List<Picture> pictures = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    SpanList spans = new SpanList();
    GenerationListener listener =
        new GenerationListener() {
          @Override
          public void onPicture(Picture picture) {
            pictures.add(picture);
          }

          @Override
          public void onSpan(Span span) {
            spans.accept(span);
          }

          @Override
          public void onFailure(int index, Request failed, Throwable cause) {
            failures.add(cause);
          }
        };
    try (Tandem tandem = Tandem.open(MODEL, placement, options)) {
      RunReport report = tandem.generateAll(List.of(request), listener, Detail.OPERATIONS);
      if (!failures.isEmpty()) {
        throw new AssertionError("the picture failed", failures.getFirst());
      }
      return new Run(pictures.getFirst().rgb(), report, spans.spans());
    }
  }

  static Run of(Request request, String device) {
    return of(request, Placement.on(device), RunOptions.DEFAULT);
  }
}
