package dev.tandem.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.WeightException;
import dev.tandem.devices.Weights;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Weights that several threads lay while a graph is compiled, on the first OpenCL device. */
class ConcurrentWeightsTest {
  /** A checkpoint that may be read by several threads at once, or not. */
  private record Checkpoint(Function<String, Tensor> tensors, boolean concurrent)
      implements Weights {
    @Override
    public Tensor get(String name) {
      return tensors.apply(name);
    }
  }

  private static Graph layers() {
    GraphBuilder b = new GraphBuilder("layers");
    Node x = b.input("x", Shape.of(2, 16, 16, 32), DType.F32);
    for (int i = 0; i < 6; i++) {
      x = b.conv2d("conv" + i, x, 32, 3, 1, Op.Padding.same(1), true);
      x = b.linear("linear" + i, x, 32, true);
    }
    return b.output("y", x).build();
  }

  private static Map<String, Tensor> random(Graph g, Arena arena) {
    Random random = new Random(5);
    Map<String, Tensor> all = new HashMap<>();
    for (Node w : g.weights()) {
      float[] v = new float[Math.toIntExact(w.shape().elements())];
      for (int i = 0; i < v.length; i++) {
        v[i] = (float) (0.1 * random.nextGaussian());
      }
      all.put(w.name(), Tensor.of(arena, w.shape(), v));
    }
    return all;
  }

  private static float[] run(OpenClDevice d, Graph g, Weights weights) {
    try (Executable e = d.compile(g, weights, CompileOptions.DEFAULT)) {
      float[] x = new float[Math.toIntExact(e.input("x").elements())];
      for (int i = 0; i < x.length; i++) {
        x[i] = i % 13 - 6;
      }
      e.input("x").set(x);
      e.run();
      return e.output("y").toFloats();
    }
  }

  @Test
  void resultsAndMemoryAreThoseOfOneThread() {
    Graph g = layers();
    try (Arena arena = Arena.ofShared();
        OpenClDevice d = Opened.device("opencl")) {
      Map<String, Tensor> all = random(g, arena);
      float[] alone = run(d, g, new Checkpoint(all::get, false));
      assertThat(run(d, g, new Checkpoint(all::get, true))).isEqualTo(alone);
      try (Executable e = d.compile(g, new Checkpoint(all::get, true), CompileOptions.DEFAULT)) {
        assertThat(e.memory()).isEqualTo(d.estimate(g, CompileOptions.DEFAULT));
      }
      assertThat(d.cl().budget().used()).isZero();
    }
  }

  @Test
  void aMissingWeightEndsTheOthersAndGivesAllMemoryBack() {
    Graph g = layers();
    try (Arena arena = Arena.ofShared();
        OpenClDevice d = Opened.device("opencl")) {
      Map<String, Tensor> all = random(g, arena);
      Function<String, Tensor> damaged =
          name -> {
            if (name.equals("linear1.weight")) {
              throw new WeightException("weight '" + name + "' is missing");
            }
            return all.get(name);
          };
      for (int i = 0; i < 20; i++) {
        assertThatThrownBy(
                () -> d.compile(g, new Checkpoint(damaged, true), CompileOptions.DEFAULT))
            .isExactlyInstanceOf(WeightException.class)
            .hasMessage("weight 'linear1.weight' is missing");
        assertThat(d.cl().budget().used()).isZero();
      }
    }
  }
}
