package dev.tandem.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.graph.Activation;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.GraphException;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of {@link Device} and {@link Executable}, on the reference device. */
class DevicesTest {
  private static final Shape PAIR = Shape.of(1, 2);

  private static Graph doubled() {
    GraphBuilder b = new GraphBuilder("doubled");
    return b.output("y", b.scale("s", b.input("x", PAIR, DType.F32), 2, 0)).build();
  }

  private static Graph linear() {
    GraphBuilder b = new GraphBuilder("linear");
    return b.output("y", b.linear("l", b.input("x", PAIR, DType.F32), 2, false)).build();
  }

  private static Weights none() {
    return name -> {
      throw new WeightException("no weight '" + name + "'");
    };
  }

  @Test
  void theReferenceDeviceIsListedLast() {
    assertThat(Devices.list()).extracting(DeviceInfo::id).endsWith("reference");
  }

  /** Here only the reference and simulated devices are built. */
  @Test
  void theReferenceDeviceIsNotUsedUnasked() {
    assertThat(Devices.usual()).isEmpty();
  }

  @Test
  void anUnknownDeviceIsAnsweredWithThoseFound() {
    assertThatThrownBy(() -> Devices.open("gpu:7"))
        .isInstanceOf(DeviceException.class)
        .hasMessageContainingAll("unknown device 'gpu:7'", "reference");
  }

  @Test
  void unknownOptionsAreRefusedByTheDevice() {
    assertThatThrownBy(() -> Devices.open("reference,speed=9"))
        .hasMessageContainingAll("'speed'", "[memory, threads]");
    assertThatThrownBy(() -> Devices.open("reference,threads=0"))
        .hasMessageContainingAll("threads=0", "from 1");
  }

  /** {@code memory=} is written and read alike, whichever device takes it. */
  @ParameterizedTest
  @CsvSource({"reference", "sim", "'sim:a,fail=9'"})
  void aMemoryLimitIsASizeOnEveryDevice(String device) {
    for (DeviceSpec spec :
        List.of(
            DeviceSpec.parse(device + ",memory=110M"),
            DeviceSpec.parse(device + ",memory=115343360"),
            DeviceSpec.parse(device).withMemoryLimit(110 << 20))) {
      try (Device d = Devices.open(spec)) {
        assertThat(d.memoryLimit().total()).as(spec.text()).isEqualTo(110 << 20);
      }
    }
    assertThatThrownBy(() -> Devices.open(device + ",memory=lots")).hasMessageContaining("'lots'");
  }

  @Test
  void aSimulatedDeviceHasAsMuchMemoryAsIsSaid() {
    try (Device d = Devices.open("sim");
        Device large = Devices.open("sim,memory=24G")) {
      assertThat(d.info().memoryBytes()).isEqualTo(16L << 30);
      assertThat(large.info().memoryBytes()).isEqualTo(24L << 30);
    }
  }

  @Test
  void closingADeviceLeavesOthersOfItsSchemeAlone() {
    try (Device b = Devices.open("reference:b,threads=2")) {
      try (Device a = Devices.open("reference:a,threads=1")) {
        assertThat(a.info().id()).isEqualTo("reference:a,threads=1");
      }
      try (Executable e = b.compile(doubled(), none(), CompileOptions.DEFAULT)) {
        e.input("x").set(new float[] {1, 2});
        e.run();
        assertThat(e.output("y").toFloats()).containsExactly(2, 4);
      }
    }
  }

  @Test
  void inputsKeepTheirContentsAndTensorsStayTheSame() {
    try (Device d = Devices.open("reference");
        Executable e = d.compile(doubled(), none(), CompileOptions.DEFAULT)) {
      Tensor x = e.input("x").set(new float[] {1, 2});
      Tensor y = e.output("y");
      e.run();
      e.run();
      assertThat(x.toFloats()).containsExactly(1, 2);
      assertThat(y.toFloats()).containsExactly(2, 4);
      assertThat(e.input("x")).isSameAs(x);
      assertThat(e.output("y")).isSameAs(y);
    }
  }

  @Test
  void anOutputMayBeAnInputOrAView() {
    GraphBuilder b = new GraphBuilder("views");
    Node x = b.input("x", PAIR, DType.F32);
    Node ids = b.input("ids", PAIR, DType.I32);
    b.output("same", x).output("turned", b.reshape("r", x, 2, 1));
    b.output("ids", b.reshape("i", ids, 2)).output("w", b.weight("w", 3));
    try (Arena arena = Arena.ofConfined();
        Device d = Devices.open("reference")) {
      Tensor w = Tensor.of(arena, Shape.of(3), 7, 8, 9);
      try (Executable e = d.compile(b.build(), _ -> w, CompileOptions.DEFAULT)) {
        e.input("x").set(new float[] {1, 2});
        e.input("ids").set(new int[] {3, 4});
        e.run();
        assertThat(e.output("same").toFloats()).containsExactly(1, 2);
        assertThat(e.output("turned").shape()).isEqualTo(Shape.of(2, 1));
        assertThat(e.output("turned").toFloats()).containsExactly(1, 2);
        assertThat(e.output("ids").toInts()).containsExactly(3, 4);
        assertThat(e.output("w").toFloats()).containsExactly(7, 8, 9);
      }
    }
  }

  @Test
  void unknownInputsAndOutputsAreAnsweredWithThoseThereAre() {
    try (Device d = Devices.open("reference");
        Executable e = d.compile(doubled(), none(), CompileOptions.DEFAULT)) {
      assertThatThrownBy(() -> e.input("z"))
          .isInstanceOf(GraphException.class)
          .hasMessageContaining("[x]");
      assertThatThrownBy(() -> e.output("z"))
          .isInstanceOf(GraphException.class)
          .hasMessageContaining("[y]");
    }
  }

  @Test
  void closingADeviceClosesItsExecutablesAndNothingWorksAfterwards() {
    Device d = Devices.open("reference");
    try (Executable e = d.compile(doubled(), none(), CompileOptions.DEFAULT)) {
      d.close();
      d.close();
      assertThatThrownBy(e::run).hasMessageContainingAll("'doubled'", "closed");
      assertThatThrownBy(() -> e.input("x").set(new float[2]))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> d.compile(doubled(), none(), CompileOptions.DEFAULT))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("closed");
    }
  }

  @Test
  void whatADeviceCannotDoItSaysWhenItCompiles() {
    GraphBuilder b = new GraphBuilder("computed weight");
    Node x = b.input("x", Shape.of(2, 2), DType.F32);
    Node w = b.activate("weights_of_l", x, Activation.TANH);
    b.output("y", b.add("l", new Op.Linear(false, false, Activation.NONE), x, w));
    try (Device d = Devices.open("reference")) {
      assertThatThrownBy(() -> d.compile(b.build(), none(), CompileOptions.DEFAULT))
          .isInstanceOf(DeviceException.class)
          .hasMessageContainingAll("linear 'l'", "'weights_of_l'", "must be a weight");
    }
  }

  @Test
  void aMissingWeightIsNamed() {
    try (Device d = Devices.open("reference")) {
      assertThatThrownBy(() -> d.compile(linear(), none(), CompileOptions.DEFAULT))
          .isInstanceOf(WeightException.class)
          .hasMessageContaining("'l.weight'");
    }
  }

  @Test
  void aWeightOfAnotherShapeIsRefusedWithBothShapes() {
    try (Arena arena = Arena.ofConfined();
        Device d = Devices.open("reference")) {
      Tensor w = Tensor.allocate(arena, Shape.of(2, 3), DType.F32);
      assertThatThrownBy(() -> d.compile(linear(), _ -> w, CompileOptions.DEFAULT))
          .isInstanceOf(WeightException.class)
          .hasMessageContainingAll("'l.weight'", "[2, 3]", "[2, 2]");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"I32", "I64"})
  void aWeightOfIntegersIsRefused(DType type) {
    try (Arena arena = Arena.ofConfined();
        Device d = Devices.open("reference")) {
      Tensor w = Tensor.allocate(arena, Shape.of(2, 2), type);
      assertThatThrownBy(() -> d.compile(linear(), _ -> w, CompileOptions.DEFAULT))
          .isInstanceOf(WeightException.class)
          .hasMessageContainingAll("'l.weight'", type.toString());
    }
  }

  @Test
  void anIndexOutsideTheTableIsReportedAndTheDeviceLivesOn() {
    GraphBuilder b = new GraphBuilder("table");
    b.output("y", b.embedding("e", b.input("ids", PAIR, DType.I32), b.weight("t", 3, 1)));
    try (Arena arena = Arena.ofConfined();
        Device d = Devices.open("reference")) {
      Tensor table = Tensor.of(arena, Shape.of(3, 1), 5, 6, 7);
      try (Executable e = d.compile(b.build(), _ -> table, CompileOptions.DEFAULT)) {
        for (int bad : new int[] {-1, 3, Integer.MIN_VALUE}) {
          e.input("ids").set(new int[] {0, bad});
          assertThatThrownBy(e::run)
              .isInstanceOf(DeviceException.class)
              .hasMessageContainingAll("embedding 'e'", "index " + bad, "3 rows");
        }
        e.input("ids").set(new int[] {2, 0});
        e.run();
        assertThat(e.output("y").toFloats()).containsExactly(7, 5);
      }
    }
  }

  @Test
  void memoryIsStated() {
    try (Arena arena = Arena.ofConfined();
        Device d = Devices.open("reference")) {
      Tensor w = Tensor.allocate(arena, Shape.of(2, 2), DType.F16);
      try (Executable e = d.compile(linear(), _ -> w, CompileOptions.DEFAULT)) {
        assertThat(e.memory().weights()).isEqualTo(4 * 4);
        // The caller's tensors and the device's own arrays beside them.
        assertThat(e.memory().arena()).isEqualTo(2 * 4 * (2 + 2));
        assertThat(e.memory().total()).isGreaterThan(e.memory().weights() + e.memory().arena());
      }
    }
  }
}
