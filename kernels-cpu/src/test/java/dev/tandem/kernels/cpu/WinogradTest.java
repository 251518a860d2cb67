package dev.tandem.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.cases.OpCaseRunner;
import dev.tandem.graph.Activation;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What the table of operation cases does not reach: large convolutions, and the choice of form. */
class WinogradTest {
  private static Graph conv(int height, int width, int in, int out) {
    GraphBuilder b = new GraphBuilder("conv");
    Node x = b.input("x", Shape.of(1, height, width, in), DType.F32);
    b.output("y", b.conv2d("c", x, out, 3, 1, Op.Padding.same(1), true));
    return b.build();
  }

  private static Optional<WinogradTiles> tiles(Graph g, int threads) {
    Node n = g.output("y");
    return WinogradTiles.suiting(n, (Op.Conv2d) n.op(), threads);
  }

  @Test
  void aLargeConvolutionIsSharedOutOverThreadsAndComputedInSeveralGroups() {
    Graph g = conv(103, 94, 128, 96);
    assertThat(tiles(g, 2).orElseThrow().groups()).isGreaterThan(1);
    float[] expected = compute("reference", g);
    float[] actual = compute("cpu,threads=2", g);
    assertThat(OpCaseRunner.error(actual, expected)).isLessThan(1e-5);
  }

  private static float[] compute(String spec, Graph g) {
    try (Arena arena = Arena.ofShared();
        Device device = Devices.open(spec)) {
      SplittableRandom random = new SplittableRandom(5);
      Map<String, Tensor> weights = new HashMap<>();
      for (Node w : g.weights()) {
        weights.put(w.name(), Tensor.of(arena, w.shape(), numbers(random, w)));
      }
      Executable e = device.compile(g, weights::get, CompileOptions.DEFAULT);
      e.input("x").set(numbers(random, g.input("x")));
      e.run();
      e.run();
      return e.output("y").toFloats();
    }
  }

  private static float[] numbers(SplittableRandom random, Node n) {
    float[] v = new float[(int) n.shape().elements()];
    for (int i = 0; i < v.length; i++) {
      v[i] = (float) (2 * random.nextDouble() - 1);
    }
    return v;
  }

  @Test
  void theLargerTileIsTakenWhereThereAreEnoughOfThem() {
    assertThat(tiles(conv(16, 16, 64, 64), 1).orElseThrow().form()).isEqualTo(WinogradForm.F4);
    assertThat(tiles(conv(8, 8, 64, 64), 1).orElseThrow().form()).isEqualTo(WinogradForm.F2);
    assertThat(tiles(conv(4, 4, 64, 64), 1)).isEmpty();
  }

  @Test
  void kernelsThatWouldTakeTooMuchMemoryStayAsTheyAre() {
    assertThat(tiles(conv(16, 16, 2560, 1280), 1).orElseThrow().form()).isEqualTo(WinogradForm.F2);
    assertThat(tiles(conv(16, 16, 4096, 4096), 1)).isEmpty();
  }

  @Test
  void withLittleMemoryOnlyThoseOfManyTilesAreTaken() {
    GraphBuilder b = new GraphBuilder("two");
    Node x = b.input("x", Shape.of(1, 16, 16, 64), DType.F32);
    Node large = b.conv2d("large", x, 64, 3, 1, Op.Padding.same(1), true);
    Node halved = b.conv2d("halved", large, 64, 3, 2, Op.Padding.same(1), true);
    Node small = b.conv2d("small", halved, 64, 3, 1, Op.Padding.same(1), true);
    b.output("y", small);
    Graph g = b.build();
    long both = 64 * 64 * 4 * (36 - 9 + 16 - 9);
    assertThat(chosen(g, both)).containsExactlyInAnyOrder("large", "small");
    assertThat(chosen(g, both - 1)).containsExactly("large");
    assertThat(chosen(g, 0)).isEmpty();
  }

  /** So that what a refusal says would fit does fit. */
  @Test
  void underALimitTheLeastMemoryIsTaken() {
    Graph g = conv(16, 16, 64, 64);
    long direct;
    try (Device limited = Devices.open("cpu,threads=1,memory=100M")) {
      direct = limited.estimate(g, CompileOptions.DEFAULT).weights();
    }
    try (Device free = Devices.open("cpu,threads=1")) {
      assertThat(free.estimate(g, CompileOptions.DEFAULT).weights()).isGreaterThan(3 * direct);
    }
  }

  private static List<String> chosen(Graph g, long memory) {
    return WinogradChoice.of(g, 1, memory, WinogradTiles::extraBytes).keySet().stream()
        .map(Node::name)
        .toList();
  }

  @Test
  void smallConvolutionsAreNotSharedOut() {
    assertThat(tiles(conv(32, 32, 64, 64), 1)).isPresent();
    assertThat(tiles(conv(32, 32, 64, 64), 2)).isEmpty();
  }

  @Test
  void otherActivationsAndStridesAreComputedDirectly() {
    Op.Conv2d silu = new Op.Conv2d(1, Op.Padding.same(1), true, false, Activation.SILU);
    Op.Conv2d strided = new Op.Conv2d(2, Op.Padding.same(1), true, false, Activation.NONE);
    Node n = conv(16, 16, 64, 64).output("y");
    assertThat(WinogradTiles.suiting(n, silu, 1)).isEmpty();
    assertThat(WinogradTiles.suiting(n, strided, 1)).isEmpty();
  }

  /** A line of 1, 2, 3, ... under the kernel 6, 12, 18. */
  @Test
  void theTransformsOfBothFormsMakeAConvolution() {
    for (WinogradForm form : WinogradForm.values()) {
      int size = form.window();
      double[][] g = form.kernel();
      float[][] pixels = new float[size][1];
      for (int i = 0; i < size; i++) {
        pixels[i][0] = i + 1;
      }
      form.input(pixels, 1);
      for (int i = 0; i < size; i++) {
        pixels[i][0] *= (float) (6 * g[i][0] + 12 * g[i][1] + 18 * g[i][2]);
      }
      form.output(pixels, 1);
      for (int i = 0; i < form.tile(); i++) {
        float expected = 6 * (i + 1) + 12 * (i + 2) + 18 * (i + 3);
        assertThat(pixels[i][0]).as("%s, result %d", form, i).isCloseTo(expected, within(1e-3f));
      }
    }
  }
}
