package dev.tandem.orchestrator.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tandem.devices.OpSpans;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunRecordingTest {
  private static Node node() {
    GraphBuilder b = new GraphBuilder("g");
    Node x = b.input("x", Shape.of(2), DType.F32);
    Graph g = b.output("y", b.scale("double", x, 2, 0)).build();
    return g.nodes().getLast();
  }

  @Test
  void hostDetailAsksTheDeviceForNothing() {
    SpanList spans = new SpanList();
    Timeline timeline = new Timeline(Detail.HOST, spans);
    RunRecording run = timeline.startRun("denoise", "cpu", 3, 4);
    assertThat(run.opSpans()).isSameAs(OpSpans.NONE);
    run.end();
    Span s = spans.spans().getFirst();
    assertThat(s.kind()).isEqualTo(Span.Kind.RUN);
    assertThat(List.of(s.picture(), s.step())).containsExactly(3, 4);
    assertThat(s.errorNs()).isZero();
  }

  @Test
  void theDevicesOwnTimesReplaceTheHostsAndCarryTheirError() {
    SpanList spans = new SpanList();
    Timeline timeline = new Timeline(Detail.OPERATIONS, spans);
    RunRecording run = timeline.startRun("denoise", "gpu", 0, 0);
    assertThat(run.opSpans().operations()).isTrue();
    run.opSpans().clockError(7);
    run.opSpans().busy(100, 200);
    run.opSpans().transfer(OpSpans.Direction.UPLOAD, 64, 80, 90);
    run.opSpans().span(node(), 100, 150);
    run.end();
    assertThat(spans.spans())
        .extracting(Span::kind, Span::startNs, Span::endNs, Span::detail, Span::errorNs)
        .containsExactlyInAnyOrder(
            tuple(Span.Kind.RUN, 100L, 200L, "", 7L),
            tuple(Span.Kind.TRANSFER, 80L, 90L, "upload 64 bytes", 7L),
            tuple(Span.Kind.OPERATION, 100L, 150L, "scale double", 7L));
  }

  @Test
  void aDeviceWithoutItsOwnTimesWasBusyForTheCall() {
    SpanList spans = new SpanList();
    Timeline timeline = new Timeline(Detail.DEVICE, spans);
    long before = System.nanoTime();
    RunRecording run = timeline.startRun("denoise", "cpu", 0, 0);
    assertThat(run.opSpans().operations()).isFalse();
    run.end();
    Span s = spans.spans().getFirst();
    assertThat(List.of(before, s.startNs(), s.endNs(), System.nanoTime())).isSorted();
  }
}
