package dev.tandem.kernels.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceDetails;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceMemoryException;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Activation;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a TornadoVM device owes its users beside right results. */
class TornadoDeviceTest {
  private static final Shape SHAPE = Shape.of(2, 8);
  private static final Weights NONE = name -> Tensor.of(Arena.ofAuto(), Shape.of(1), 0);

  /** Many operations in a row: more than TornadoVM takes in one task graph. */
  private static Graph chain(int operations) {
    GraphBuilder b = new GraphBuilder("", "chain");
    Node n = b.add("x", new Op.Input(SHAPE, DType.F32), List.of());
    for (int i = 0; i < operations; i++) {
      n = b.add("step" + i, new Op.Scale(0.5f, i % 7), List.of(n));
    }
    b.output("y", n);
    return b.build();
  }

  private static Graph activation() {
    GraphBuilder b = new GraphBuilder("", "activation");
    Node x = b.add("x", new Op.Input(SHAPE, DType.F32), List.of());
    b.output("y", b.add("the_activation", new Op.Activate(Activation.SILU), List.of(x)));
    return b.build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"java", "prebuilt"})
  void aLongGraphIsSeveralTaskGraphsThatHandTheirResultsOn(String kernels) {
    int operations = 260;
    try (Device device = Devices.open("tornado:0,kernels=" + kernels);
        Executable e = device.compile(chain(operations), NONE, CompileOptions.DEFAULT)) {
      for (float start : new float[] {1, -3, 100}) {
        float expected = start;
        for (int i = 0; i < operations; i++) {
          expected = 0.5f * expected + i % 7;
        }
        float[] values = new float[(int) SHAPE.elements()];
        Arrays.fill(values, start);
        e.input("x").set(values);
        e.run();
        assertThat(e.output("y").toFloats()).containsOnly(expected);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"java", "prebuilt"})
  void anOutputThatOthersReadIsRightAndIsFreedOnce(String kernels) {
    GraphBuilder b = new GraphBuilder("", "outputs");
    Node x = b.add("x", new Op.Input(SHAPE, DType.F32), List.of());
    Node first = b.add("first", new Op.Scale(2, 0), List.of(x));
    Node second = b.add("second", new Op.Scale(1, 5), List.of(first));
    b.output("a", first);
    b.output("b", b.add("third", new Op.Add(), List.of(second, first)));
    try (Device device = Devices.open("tornado:0,kernels=" + kernels)) {
      for (int i = 0; i < 2; i++) {
        try (Executable e = device.compile(b.build(), NONE, CompileOptions.DEFAULT)) {
          e.input("x").set(new float[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
          e.run();
          assertThat(e.output("a").toFloats()).containsOnly(2);
          assertThat(e.output("b").toFloats()).containsOnly(9);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"java", "prebuilt"})
  void everyOperationHasATimeAndTheyFollowEachOther(String kernels) {
    Map<Node, Long> ends = new HashMap<>();
    try (Device device = Devices.open("tornado:0,kernels=" + kernels);
        Executable e = device.compile(chain(5), NONE, CompileOptions.DEFAULT)) {
      long before = System.nanoTime();
      long[] last = {before};
      e.run(
          (node, start, end) -> {
            assertThat(start).isGreaterThanOrEqualTo(last[0]);
            assertThat(end).isGreaterThan(start);
            last[0] = end;
            ends.put(node, end);
          });
      assertThat(last[0]).isLessThanOrEqualTo(System.nanoTime());
      assertThat(ends.keySet())
          .containsExactlyInAnyOrderElementsOf(
              e.graph().nodes().stream().filter(Node::isComputed).toList());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"java", "prebuilt"})
  void memoryIsKnownBeforeItIsTakenAndGivenBack(String kernels) {
    try (Device device = Devices.open("tornado:0,memory=1000000,kernels=" + kernels)) {
      Executable.MemoryUse estimate = device.estimate(chain(3), CompileOptions.DEFAULT);
      for (int i = 0; i < 20; i++) { // 20 at once would not fit
        try (Executable e = device.compile(chain(3), NONE, CompileOptions.DEFAULT)) {
          assertThat(e.memory()).isEqualTo(estimate);
        }
      }
      assertThat(estimate.total()).isBetween(500L, 100_000L);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"java", "prebuilt"})
  void whatDoesNotFitIsRefusedBeforeAnythingIsTaken(String kernels) {
    try (Device device = Devices.open("tornado:0,memory=400,kernels=" + kernels)) {
      assertThatExceptionOfType(DeviceMemoryException.class)
          .isThrownBy(() -> device.compile(chain(3), NONE, CompileOptions.DEFAULT))
          .withMessageContainingAll("tornado:0: no memory for ", "chain", " bytes asked");
    }
  }

  @Test
  void aKernelThatTornadoVmCannotCompileIsAnErrorThatNamesItsOperation() {
    Lowered good = JavaLowering.of(activation(), NONE, CompileOptions.DEFAULT, 1 << 20, 1 << 14);
    Lowered planted = Planted.in(good);
    FoundDevice device = Discovery.now().find("0");
    assertThatExceptionOfType(DeviceException.class)
        .isThrownBy(
            () -> TornadoExecutable.compile("tornado:0", device.device(), planted, "", e -> {}))
        .withMessageStartingWith("tornado:0: cannot compile ")
        .withMessageContainingAll("the_activation", "kernel planted");
  }

  @Test
  void rowsOutsideATableAreRefused() {
    GraphBuilder b = new GraphBuilder("", "rows");
    Node ids = b.add("ids", new Op.Input(Shape.of(1, 2), DType.I32), List.of());
    Node table = b.add("table", new Op.Weight(Shape.of(3, 4)), List.of());
    b.output("y", b.add("lookup", new Op.Embedding(), List.of(ids, table)));
    Graph graph = b.build();
    try (Arena arena = Arena.ofConfined();
        Device device = Devices.open("tornado:0,kernels=java")) {
      Tensor rows = Tensor.of(arena, Shape.of(3, 4), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      try (Executable e = device.compile(graph, _ -> rows, CompileOptions.DEFAULT)) {
        e.input("ids").set(new int[] {2, 0});
        e.run();
        assertThat(e.output("y").toFloats()).containsExactly(8, 9, 10, 11, 0, 1, 2, 3);
        e.input("ids").set(new int[] {2, 3});
        assertThatExceptionOfType(DeviceException.class)
            .isThrownBy(e::run)
            .withMessage("embedding 'lookup': row 3 is outside the table of 3 rows");
      }
    }
  }

  @Test
  void whatDoesNotExistIsRefusedWithWhatDoes() {
    assertThatExceptionOfType(DeviceException.class)
        .isThrownBy(() -> Devices.open("tornado:77"))
        .withMessageStartingWith("device 'tornado:77' does not exist; found: tornado:0 (");
    assertThatExceptionOfType(DeviceException.class)
        .isThrownBy(() -> Devices.open("tornado:0,kernels=fast"))
        .withMessage("device 'tornado:0,kernels=fast': kernels=fast is neither java nor prebuilt");
    assertThatExceptionOfType(DeviceException.class)
        .isThrownBy(() -> Devices.open("tornado:0,threads=2"))
        .withMessageContaining("has no option 'threads'");
  }

  @Test
  void itIsSaidToBeTheOpenClDeviceThatItIs() {
    DeviceDetails own = new TornadoProvider().details().getFirst();
    List<DeviceDetails> others =
        Devices.details().stream().filter(d -> d.info().id().startsWith("opencl:")).toList();
    DeviceDetails twin =
        others.stream()
            .filter(d -> own.alsoAs().getFirst().startsWith(d.info().id() + " through "))
            .findFirst()
            .orElseThrow();
    assertThat(own.hardware()).isEqualTo(twin.hardware());
    assertThat(own.info().name()).isEqualTo(twin.info().name());
    Set<String> ids = new HashSet<>();
    Devices.list().forEach(d -> assertThat(ids.add(d.id())).as(d.id()).isTrue());
  }
}
