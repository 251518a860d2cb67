package dev.tandem.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.CompileOptions.WeightMemory;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.WeightException;
import dev.tandem.devices.Weights;
import dev.tandem.devices.cases.OpCaseRunner;
import dev.tandem.graph.Activation;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Where weights rest makes no difference to what is computed, on the first OpenCL device. */
class WeightMemoryTest {
  /** Convolutions direct and in the Winograd domain, a gated product, a table, and others. */
  private static Graph graph(DType stored, int batch) {
    GraphBuilder b = new GraphBuilder("layers of " + stored);
    Node ids = b.input("ids", Shape.of(batch, 1024), DType.I32);
    Node table = b.weight("table", new Op.Weight(Shape.of(50, 20), stored));
    Node x = b.add("rows", new Op.Embedding(), ids, table);
    x = b.add("x", new Op.Reshape(Shape.of(batch, 32, 32, 20)), x);
    x = conv(b, "direct", x, stored, 48, 3, 2);
    x = conv(b, "winograd", x, stored, 52, 3, 1);
    x = conv(b, "point", x, stored, 33, 1, 1);
    Node wide = b.weight("wide.weight", new Op.Weight(Shape.of(130, 33), stored));
    x = b.add("wide", new Op.Linear(true, false, Activation.NONE), x, wide, b.weight("wide", 130));
    x = b.add("gated", new Op.Geglu(), x);
    return b.output("y", x).build();
  }

  private static Node conv(
      GraphBuilder b, String name, Node x, DType stored, int out, int kernel, int stride) {
    Shape w = Shape.of(out, x.shape().dim(3), kernel, kernel);
    Op op = new Op.Conv2d(stride, Op.Padding.same(kernel / 2), true, false, Activation.SILU);
    Node weight = b.weight(name + ".weight", new Op.Weight(w, stored));
    return b.add(name, op, x, weight, b.weight(name + ".bias", out));
  }

  /** Weights that are drawn once and are read in a file that is mapped. */
  private record Mapped(Map<String, Tensor> tensors) implements Weights {
    static Mapped of(Graph g, Path file, Arena arena, int offset) throws IOException {
      SplittableRandom random = new SplittableRandom(7);
      long size = offset;
      for (Node w : g.weights()) {
        size += (w.bytes() + 15) / 16 * 16;
      }
      try (FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        MemorySegment all = channel.map(FileChannel.MapMode.READ_WRITE, 0, size, arena);
        Map<String, Tensor> tensors = new HashMap<>();
        long at = offset;
        for (Node w : g.weights()) {
          MemorySegment data = all.asSlice(at, w.bytes());
          draw(random, w, data);
          tensors.put(w.name(), new Tensor(w.shape(), w.type(), data.asReadOnly()));
          at += (w.bytes() + 15) / 16 * 16;
        }
        return new Mapped(tensors);
      }
    }

    private static void draw(SplittableRandom random, Node w, MemorySegment to) {
      long row = w.shape().elements() / w.shape().dim(0);
      double spread = w.shape().rank() == 1 ? 0.3 : 1.7 / Math.sqrt((double) row);
      for (long i = 0; i < w.shape().elements(); i++) {
        float v = (float) ((2 * random.nextDouble() - 1) * spread);
        switch (w.type()) {
          case F32 -> to.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * i, v);
          case F16 -> to.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i, Float.floatToFloat16(v));
          case BF16 ->
              to.set(
                  ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i, (short) (Float.floatToIntBits(v) >> 16));
          default -> throw new AssertionError(w);
        }
      }
    }

    @Override
    public Tensor get(String name) {
      Tensor t = tensors.get(name);
      if (t == null) {
        throw new WeightException(name);
      }
      return t;
    }
  }

  @TempDir Path folder;

  private static void setIds(Executable e) {
    int[] ids = new int[Math.toIntExact(e.input("ids").elements())];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i * 7 % 50;
    }
    e.input("ids").set(ids);
  }

  private static float[] run(OpenClDevice d, Graph g, Weights w, CompileOptions options) {
    try (Executable e = d.compile(g, w, options)) {
      assertThat(e.memory()).isEqualTo(d.estimate(g, options));
      setIds(e);
      e.run();
      e.run();
      return e.output("y").toFloats();
    }
  }

  record Form(String device, DType stored, int offset, Precision precision) {}

  static List<Form> forms() {
    List<Form> all = new ArrayList<>();
    for (String family : List.of("cpu", "gpu")) {
      for (DType stored : List.of(DType.F32, DType.F16, DType.BF16)) {
        String device = "opencl:0,profile=off,family=" + family;
        all.add(new Form(device, stored, 64, Precision.F32));
        all.add(new Form(device, stored, 1, Precision.F32)); // at no element's address
      }
      all.add(new Form("opencl:0,profile=off,family=" + family, DType.F16, 64, Precision.F16));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("forms")
  void whereWeightsAreChangesNothing(Form f) throws IOException {
    Graph g = graph(f.stored(), 2);
    try (Arena arena = Arena.ofShared();
        OpenClDevice d = Opened.device(f.device())) {
      Weights w = Mapped.of(g, folder.resolve("weights"), arena, f.offset());
      CompileOptions options = new CompileOptions(f.precision());
      float[] expected = run(d, g, w, options.withWeights(WeightMemory.SPEED));
      for (WeightMemory m : WeightMemory.values()) {
        float[] y = run(d, g, w, options.withWeights(m));
        assertThat(OpCaseRunner.error(y, expected))
            .as("%s", m)
            .isLessThan(f.precision() == Precision.F32 ? 1e-5 : 5e-3);
      }
      assertThat(d.cl().budget().used()).isZero();
    }
  }

  @Test
  void weightsAtRestTakeWhatTheirFileTakes() {
    Graph g = graph(DType.F16, 2);
    long stored = g.weights().stream().mapToLong(Node::bytes).sum();
    try (OpenClDevice d = Opened.device("opencl:0,profile=off")) {
      long speed = weights(d, g, WeightMemory.SPEED);
      long rest = weights(d, g, WeightMemory.REST);
      long stream = weights(d, g, WeightMemory.STREAM);
      assertThat(rest).isBetween(stored, stored + (4 << 10));
      assertThat(speed).isGreaterThan(2 * rest);
      assertThat(stream).isLessThan(rest);
    }
  }

  @Test
  void theDevicesOptionSaysWhereTheyAreIfNobodyElseDoes() {
    Graph g = graph(DType.F16, 2);
    try (OpenClDevice usual = Opened.device("opencl:0,profile=off");
        OpenClDevice resting = Opened.device("opencl:0,profile=off,weights=rest")) {
      assertThat(weights(resting, g, WeightMemory.AUTO))
          .isEqualTo(weights(usual, g, WeightMemory.REST))
          .isLessThan(weights(usual, g, WeightMemory.AUTO));
    }
  }

  private static long weights(OpenClDevice d, Graph g, WeightMemory m) {
    return d.estimate(g, CompileOptions.DEFAULT.withWeights(m)).weights();
  }

  @ParameterizedTest
  @EnumSource(
      value = WeightMemory.class,
      names = {"SPEED", "REST"})
  void executablesOfOneSourceShareTheirWeights(WeightMemory m) throws IOException {
    Graph one = graph(DType.F16, 1);
    Graph two = graph(DType.F16, 2);
    CompileOptions options = CompileOptions.DEFAULT.withWeights(m);
    try (Arena arena = Arena.ofShared();
        OpenClDevice d = Opened.device("opencl:0,profile=off,family=gpu")) {
      // Not in place, where nothing is shared but the file.
      Weights w = Mapped.of(one, folder.resolve("weights"), arena, 1);
      float[] alone = run(d, two, w, options);
      Executable first = d.compile(one, w, options);
      long before = d.cl().budget().used();
      try (Executable second = d.compile(two, w, options)) {
        long more = d.cl().budget().used() - before;
        assertThat(more).isLessThan(second.memory().total() - second.memory().weights() / 2);
        first.close();
        setIds(second);
        second.run();
        assertThat(second.output("y").toFloats()).isEqualTo(alone);
      }
      assertThat(d.cl().budget().used()).isZero();
    }
  }

  @Test
  @SuppressWarnings("MustBeClosedChecker") // closed on purpose while they are read
  void weightsThatAreReadWhereTheyAreStoredMustStayOpen() throws IOException {
    Graph g = graph(DType.F16, 1);
    Arena arena = Arena.ofShared();
    try (OpenClDevice d = Opened.device("opencl:0,profile=off")) {
      Weights w = Mapped.of(g, folder.resolve("weights"), arena, 64);
      try (Executable e = d.compile(g, w, CompileOptions.DEFAULT.withWeights(WeightMemory.REST))) {
        arena.close();
        assertThatThrownBy(e::run)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("are closed");
      }
    }
  }

  @Test
  void aWeightOfAnotherTypeThanTheGraphSaysIsNamed() throws IOException {
    Graph says = graph(DType.F16, 1);
    Graph is = graph(DType.BF16, 1);
    try (Arena arena = Arena.ofShared();
        OpenClDevice d = Opened.device("opencl:0,profile=off")) {
      Weights w = Mapped.of(is, folder.resolve("weights"), arena, 64);
      CompileOptions rest = CompileOptions.DEFAULT.withWeights(WeightMemory.REST);
      assertThatThrownBy(() -> d.compile(says, w, rest))
          .isInstanceOf(WeightException.class)
          .hasMessageContaining("has type BF16, but the graph says that it is stored as F16");
      assertThat(d.cl().budget().used()).isZero();
    }
  }
}
