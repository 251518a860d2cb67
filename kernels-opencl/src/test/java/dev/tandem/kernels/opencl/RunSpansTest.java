package dev.tandem.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.OpSpans;
import dev.tandem.graph.DType;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How the times of a run's commands become spans. */
class RunSpansTest {
  private final GraphBuilder graph = new GraphBuilder("three steps");
  private final Node a = graph.input("a", Shape.of(2), DType.F32);
  private final Node b = graph.scale("b", a, 2, 0);
  private final Node c = graph.scale("c", b, 2, 0);

  /** Writes down what it hears. */
  private static final class Heard implements OpSpans {
    private final boolean parts;
    private final List<String> said = new ArrayList<>();

    private Heard(boolean parts) {
      this.parts = parts;
    }

    @Override
    public boolean parts() {
      return parts;
    }

    @Override
    public void busy(long startNs, long endNs) {
      said.add("busy " + startNs + "-" + endNs);
    }

    @Override
    public void transfer(Direction direction, long bytes, long startNs, long endNs) {
      said.add(direction + " " + startNs + "-" + endNs);
    }

    @Override
    public void span(Node node, long startNs, long endNs) {
      span(node, 0, startNs, endNs);
    }

    @Override
    public void span(Node node, int part, long startNs, long endNs) {
      said.add(node.name() + part + " " + startNs + "-" + endNs);
    }
  }

  /** Two halves on two queues; the second is ahead of the first. */
  private static RunSpans halves(Node b, Node c) {
    RunSpans run = new RunSpans(0, 100);
    run.kernel(b, 1, 20, 40);
    run.kernel(b, 2, 10, 25);
    run.kernel(c, 1, 40, 60);
    run.kernel(c, 1, 60, 70);
    run.kernel(c, 2, 25, 50);
    return run;
  }

  @Test
  void partsHaveSpansOfTheirOwnWhereTheyAreWanted() {
    Heard heard = new Heard(true);
    halves(b, c).tell(heard);
    assertThat(heard.said)
        .containsExactly("busy 10-70", "b1 20-40", "c1 40-70", "b2 10-25", "c2 25-50");
  }

  /** A clock that was aligned a little late: each operation keeps its length. */
  @Test
  void timesBehindTheRunAreMovedIntoItAsAWhole() {
    RunSpans run = new RunSpans(0, 100);
    run.kernel(b, 0, 90, 110);
    run.kernel(c, 0, 115, 130);
    Heard heard = new Heard(true);
    run.tell(heard);
    assertThat(heard.said).containsExactly("busy 60-100", "b0 60-80", "c0 85-100");
  }

  /** Figures of an operation count it once. */
  @Test
  void elsewhereAnOperationIsOneSpanFromItsFirstPartToItsLast() {
    Heard heard = new Heard(false);
    halves(b, c).tell(heard);
    assertThat(heard.said).containsExactly("busy 10-70", "b0 10-40", "c0 25-70");
  }

  @Test
  void whatAClocksErrorMakesOverlapIsCut() {
    RunSpans run = new RunSpans(10, 90);
    run.transfer(OpSpans.Direction.UPLOAD, 8, 5, 22);
    run.kernel(b, 0, 20, 41);
    run.kernel(c, 0, 40, 60);
    run.transfer(OpSpans.Direction.DOWNLOAD, 8, 58, 95);
    Heard heard = new Heard(true);
    run.tell(heard);
    assertThat(heard.said)
        .containsExactly("busy 22-60", "UPLOAD 10-22", "DOWNLOAD 60-90", "b0 22-41", "c0 41-60");
  }

  @Test
  void aKernelThatEndsBeforeItBeginsIsAFault() {
    RunSpans run = new RunSpans(0, 100);
    run.kernel(b, 0, 20, 40);
    assertThat(run.fault(1)).isEmpty();
    run.kernel(c, 0, 50, 45);
    assertThat(run.fault(1)).isPresent();
    assertThat(new RunSpans(0, 100).fault(1)).as("nothing ran").isEmpty();
  }
}
