package dev.tandem.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.CompileOptions.WeightMemory;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.devices.cases.CaseData;
import dev.tandem.devices.cases.OpCase;
import dev.tandem.devices.cases.OpCaseRunner;
import dev.tandem.devices.cases.OpCases;
import dev.tandem.devices.cases.Tag;
import dev.tandem.graph.Activation;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeightMemoryTest {
  @TempDir private Path folder;

  /** The whole table: right, and of the memory that was estimated. */
  @ParameterizedTest
  @EnumSource(WeightMemory.class)
  void everyCaseIsWithinItsBound(WeightMemory memory) {
    CompileOptions options = CompileOptions.DEFAULT.withWeights(memory);
    List<OpCase> cases = OpCases.all().stream().filter(c -> c.tag() != Tag.BENCH_SD15).toList();
    try (Device device = Devices.open("cpu");
        Device reference = Devices.open("reference")) {
      assertThat(cases)
          .allSatisfy(
              c -> {
                try (Arena arena = Arena.ofConfined()) {
                  CaseData data = new CaseData(c, arena);
                  float[] expected = run(reference, c, data, CompileOptions.DEFAULT);
                  float[] actual = run(device, c, data, options);
                  assertThat(OpCaseRunner.error(actual, expected))
                      .isLessThanOrEqualTo(c.tolerance(Precision.F32));
                }
              });
    }
  }

  private static float[] run(Device device, OpCase c, CaseData data, CompileOptions options) {
    try (Executable e = device.compile(c.graph(), data, options)) {
      assertThat(e.memory()).isEqualTo(device.estimate(c.graph(), options));
      c.graph().inputs().forEach(n -> e.input(n.name()).set(data.input(n)));
      e.run();
      e.run();
      return e.output("y").toFloats();
    }
  }

  /** The same kernels: every bit is the same as with weights that were laid when compiled. */
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F16", "BF16", "F32"})
  void mappedWeightsGiveTheSameBits(DType type) {
    try (Arena arena = Arena.ofShared();
        // A limit leaves no memory for Winograd convolutions.
        Device device = Devices.open("cpu,threads=1,memory=2g")) {
      Graph g = layers(type, 96);
      Weights weights = mapped(g, arena);
      float[] laid = run(device, g, weights, WeightMemory.SPEED);
      assertThat(run(device, g, weights, WeightMemory.REST)).containsExactly(laid);
      assertThat(run(device, g, weights, WeightMemory.STREAM)).containsExactly(laid);
      assertThat(run(device, g, weights, WeightMemory.AUTO)).containsExactly(laid);
    }
  }

  @Test
  void whatRestsIsReadAgainEachTime() {
    try (Arena arena = Arena.ofShared();
        Device device = Devices.open("cpu")) {
      Graph g = layers(DType.F16, 96);
      Weights weights = copied(mapped(g, arena), g, arena);
      Executable e = device.compile(g, weights, options(WeightMemory.REST));
      fill(e);
      e.run();
      float[] before = e.output("y").toFloats();
      weights.get("second.weight").data().fill((byte) 0);
      e.run();
      assertThat(e.output("y").toFloats()).as("a copy would not see it").isNotEqualTo(before);
    }
  }

  /** At rest weights count what the file holds; streamed ones what is there at a time. */
  @ParameterizedTest
  @ValueSource(strings = {"F16", "F32"})
  void memoryFalls(String type) {
    Graph g = layers(DType.valueOf(type), 512);
    long stored =
        g.weights().stream().filter(n -> n.shape().rank() > 1).mapToLong(Node::bytes).sum();
    long plain =
        g.weights().stream().filter(n -> n.shape().rank() == 1).mapToLong(Node::bytes).sum();
    try (Device device = Devices.open("cpu,memory=4g")) {
      assertThat(weightBytes(device, g, WeightMemory.REST)).isEqualTo(stored + plain);
      assertThat(weightBytes(device, g, WeightMemory.STREAM)).isLessThan(stored);
      assertThat(weightBytes(device, g, WeightMemory.SPEED))
          .isGreaterThanOrEqualTo(stored * 4 / DType.valueOf(type).bytes());
      assertThat(weightBytes(device, g, WeightMemory.AUTO))
          .as("a small model is laid for speed")
          .isEqualTo(weightBytes(device, g, WeightMemory.SPEED));
    }
    try (Device small = Devices.open("cpu,memory=40m")) {
      assertThat(weightBytes(small, g, WeightMemory.AUTO)).isEqualTo(stored + plain);
    }
  }

  private static long weightBytes(Device device, Graph g, WeightMemory memory) {
    return device.estimate(g, options(memory)).weights();
  }

  /** What was copied or streamed does not stay in memory beside the copy. */
  @ParameterizedTest
  @EnumSource(
      value = WeightMemory.class,
      names = {"SPEED", "STREAM"})
  void pagesOfTheFileAreLetGo(WeightMemory memory) {
    try (Arena arena = Arena.ofShared();
        Device device = Devices.open("cpu")) {
      Graph g = layers(DType.F16, 1024);
      Weights weights = mapped(g, arena);
      Executable e = device.compile(g, weights, options(memory));
      fill(e);
      e.run();
      for (String name : List.of("first.weight", "second.weight")) {
        MemorySegment pages = weights.get(name).data();
        long resident = Smaps.residentBytes(pages.address(), pages.byteSize());
        assertThat(resident).as(name).isLessThan(pages.byteSize() / 4);
      }
    }
  }

  private static CompileOptions options(WeightMemory memory) {
    return CompileOptions.DEFAULT.withWeights(memory);
  }

  /** A convolution, a linear layer and a gated one, all of some width. */
  private static Graph layers(DType type, int width) {
    GraphBuilder b = new GraphBuilder("layers of " + type);
    Node x = b.input("x", Shape.of(2, 5, 4, width), DType.F32);
    Node first = b.weight("first.weight", new Op.Weight(Shape.of(width, width, 3, 3), type));
    Node y =
        b.add(
            "first",
            new Op.Conv2d(1, Op.Padding.same(1), true, false, Activation.SILU),
            x,
            first,
            b.weight("first.bias", width));
    Node second = b.weight("second.weight", new Op.Weight(Shape.of(2 * width, width), type));
    Node both =
        b.add(
            "second",
            new Op.Linear(true, false, Activation.NONE),
            y,
            second,
            b.weight("second.bias", 2 * width));
    return b.output("y", b.geglu("geglu", both)).build();
  }

  private static float[] run(Device device, Graph g, Weights weights, WeightMemory memory) {
    try (Executable e = device.compile(g, weights, options(memory))) {
      fill(e);
      e.run();
      return e.output("y").toFloats();
    }
  }

  private static void fill(Executable e) {
    Random random = new Random(3);
    Tensor x = e.input("x");
    for (long i = 0; i < x.elements(); i++) {
      x.setFloat(i, (float) random.nextGaussian());
    }
  }

  /** Random weights in a file. */
  private Weights mapped(Graph g, Arena arena) {
    Random random = new Random(5);
    long bytes = g.weights().stream().mapToLong(Node::bytes).sum();
    Path file = folder.resolve("weights");
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment all = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
      Map<String, Tensor> tensors = new HashMap<>();
      long at = 0;
      for (Node w : g.weights()) {
        Tensor t = new Tensor(w.shape(), w.type(), all.asSlice(at, w.bytes()));
        at += w.bytes();
        for (long i = 0; i < t.elements(); i++) {
          set(t, i, (float) random.nextGaussian() * 0.05f);
        }
        tensors.put(w.name(), t);
      }
      return concurrent(tensors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Weights copied(Weights weights, Graph g, Arena arena) {
    Map<String, Tensor> tensors = new HashMap<>();
    for (Node w : g.weights()) {
      tensors.put(w.name(), Tensor.allocate(arena, w.shape(), w.type()).set(weights.get(w.name())));
    }
    return concurrent(tensors);
  }

  private static Weights concurrent(Map<String, Tensor> tensors) {
    return new Weights() {
      @Override
      public Tensor get(String name) {
        return tensors.get(name);
      }

      @Override
      public boolean concurrent() {
        return true;
      }
    };
  }

  private static void set(Tensor t, long i, float value) {
    switch (t.type()) {
      case F16 -> t.data().setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(value));
      case BF16 ->
          t.data()
              .setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (Float.floatToIntBits(value) >>> 16));
      default -> t.setFloat(i, value);
    }
  }
}
