package dev.tandem.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.Clock;
import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceDetails;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.OpSpans;
import dev.tandem.devices.Probe;
import dev.tandem.devices.Weights;
import dev.tandem.devices.profile.TunableEntry;
import dev.tandem.graph.Activation;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;
import dev.tandem.kernels.opencl.plan.KernelProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The device's own behaviour on PoCL, which must be installed. */
class PoclTest {
  private static final Weights NONE =
      name -> {
        throw new AssertionError("no weight expected, asked for " + name);
      };

  @TempDir Path cache;

  @Test
  void poclIsFoundAndListed() {
    assertThat(Discovery.now().devices())
        .as("PoCL must be installed: apt install pocl-opencl-icd")
        .anyMatch(d -> d.platformName().equals("Portable Computing Language"));
    assertThat(new OpenClProvider().list()).isNotEmpty();
    assertThat(new OpenClProvider().problem()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",transfer=mapped", ",transfer=copied"})
  void inputsStayAndOutputsFollow(String option) {
    try (Device d = open(option);
        Executable e = d.compile(doubled(), NONE, CompileOptions.DEFAULT)) {
      e.input("x").set(new float[] {1, 2, 3});
      e.run();
      e.run();
      assertThat(e.output("y").toFloats()).containsExactly(3, 5, 7);
      e.input("x").setFloat(1, 10);
      e.run();
      assertThat(e.output("y").toFloats()).containsExactly(3, 21, 7);
    }
  }

  @Test
  void spansLieWithinTheRunInOrder() {
    GraphBuilder b = new GraphBuilder("three steps");
    Node x = b.input("x", Shape.of(1 << 16), DType.F32);
    Node s = b.softmax("first", x, 1);
    Node a = b.activate("second", s, Activation.GELU);
    Graph g = b.output("y", b.scale("third", a, 2, 0)).build();
    try (Device d = open("");
        Executable e = d.compile(g, NONE, CompileOptions.DEFAULT)) {
      List<String> names = new ArrayList<>();
      List<Long> times = new ArrayList<>();
      long before = System.nanoTime();
      e.run(
          (node, start, end) -> {
            names.add(node.name());
            times.add(start);
            times.add(end);
          });
      long after = System.nanoTime();
      long slack = 1_000_000; // the clocks are aligned to well under a millisecond
      assertThat(names).containsExactly("first", "second", "third");
      assertThat(times).isSorted();
      assertThat(times.getFirst()).isBetween(before - slack, after);
      assertThat(times.getLast()).isBetween(before, after + slack);
    }
  }

  /** Hears all that a device tells. */
  private static final class Heard implements OpSpans {
    private final boolean operations;
    private final List<String> said = new ArrayList<>();
    private final List<Long> times = new ArrayList<>();
    private long error = -1;

    private Heard(boolean operations) {
      this.operations = operations;
    }

    @Override
    public boolean operations() {
      return operations;
    }

    @Override
    public void clockError(long errorNs) {
      error = errorNs;
    }

    @Override
    public void busy(long startNs, long endNs) {
      hear("busy", startNs, endNs);
    }

    @Override
    public void transfer(Direction direction, long bytes, long startNs, long endNs) {
      hear(direction + " " + bytes, startNs, endNs);
    }

    @Override
    public void span(Node node, long startNs, long endNs) {
      hear(node.name(), startNs, endNs);
    }

    private void hear(String what, long startNs, long endNs) {
      assertThat(startNs).as(what).isLessThanOrEqualTo(endNs);
      said.add(what);
      times.add(startNs);
      times.add(endNs);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "',transfer=mapped', true, busy;UNMAP 12;UNMAP 12;MAP 12;MAP 12;s",
    "',transfer=mapped', false, busy;UNMAP 12;UNMAP 12;MAP 12;MAP 12",
    "',transfer=copied', true, busy;UPLOAD 12;DOWNLOAD 12;s",
    "',transfer=copied', false, busy;UPLOAD 12;DOWNLOAD 12"
  })
  void theDeviceTellsItsBusyTimeAndEveryTransferWithinTheRun(
      String option, boolean operations, String expected) {
    try (Device d = open(option);
        Executable e = d.compile(doubled(), NONE, CompileOptions.DEFAULT)) {
      e.run();
      Heard heard = new Heard(operations);
      long before = System.nanoTime();
      e.run(heard);
      long after = System.nanoTime();
      assertThat(String.join(";", heard.said)).isEqualTo(expected);
      assertThat(heard.error).isPositive();
      assertThat(heard.times).allMatch(t -> t >= before - heard.error && t <= after + heard.error);
      assertThat(heard.times.get(0))
          .as("uploads come first")
          .isGreaterThanOrEqualTo(heard.times.get(3));
      assertThat(e.output("y").toFloats()).containsExactly(1, 1, 1);
    }
  }

  /** As on a device whose own clock is not to be believed. */
  @ParameterizedTest
  @CsvSource({
    "',transfer=mapped', true, busy;UNMAP 12;UNMAP 12;MAP 12;MAP 12;s",
    "',transfer=copied', true, busy;UPLOAD 12;DOWNLOAD 12;s",
    "',transfer=copied', false, busy;UPLOAD 12;DOWNLOAD 12"
  })
  void byTheHostsClockTheDeviceTellsTheSame(String option, boolean operations, String expected) {
    try (OpenClDevice d = Opened.device(spec(option));
        Executable e = d.compile(doubled(), NONE, CompileOptions.DEFAULT)) {
      assertThat(d.clock()).isEqualTo(Clock.DEVICE);
      d.cl().clock().distrust("a test");
      e.run();
      Heard heard = new Heard(operations);
      long before = System.nanoTime();
      e.run(heard);
      long after = System.nanoTime();
      assertThat(String.join(";", heard.said)).isEqualTo(expected);
      assertThat(heard.error).as("the host's clock has none").isEqualTo(-1);
      assertThat(heard.times).allMatch(t -> t >= before && t <= after);
      assertThat(d.clock()).isEqualTo(Clock.notOwn("a test"));
      assertThat(d.probe().gflops()).isBetween(0.5, 1e6);
    }
  }

  /** A batch of two is computed in halves; each tells its spans, which follow each other. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void halvesOfABatchHaveSpansThatFollowEachOther(boolean own) {
    GraphBuilder b = new GraphBuilder("batch");
    Node x = b.input("x", Shape.of(2, 64, 64), DType.F32);
    Node s = b.softmax("first", x, 2);
    Graph g = b.output("y", b.scale("second", b.softmax("more", s, 2), 2, 0)).build();
    Map<Integer, List<Long>> times = new TreeMap<>();
    List<String> whole = new ArrayList<>();
    OpSpans parts =
        new OpSpans() {
          @Override
          public boolean parts() {
            return true;
          }

          @Override
          public void span(Node node, long startNs, long endNs) {
            throw new AssertionError(node + " is not told by its part");
          }

          @Override
          public void span(Node node, int part, long startNs, long endNs) {
            times.computeIfAbsent(part, p -> new ArrayList<>()).addAll(List.of(startNs, endNs));
          }
        };
    try (OpenClDevice d = Opened.device(spec(""));
        Executable e = d.compile(g, NONE, CompileOptions.DEFAULT)) {
      assertThat(d.cl().halves()).as("processors of an even number").isEqualTo(2);
      if (!own) {
        d.cl().clock().distrust("a test");
      }
      e.run(parts);
      assertThat(times.keySet()).containsExactly(1, 2);
      assertThat(times.values()).allSatisfy(t -> assertThat(t).isSorted().hasSize(6));
      e.run((node, start, end) -> whole.add(node.name()));
      assertThat(whole).as("once each").containsExactly("first", "more", "second");
    }
  }

  @Test
  void programsAreCachedAndADamagedOneIsRebuilt() throws IOException {
    float[] first = runDoubled();
    List<Path> files = cached();
    assertThat(files).hasSize(1);
    byte[] good = Files.readAllBytes(files.getFirst());
    assertThat(runDoubled()).isEqualTo(first);
    Files.write(files.getFirst(), new byte[] {1, 2, 3});
    assertThat(runDoubled()).isEqualTo(first);
    assertThat(Files.size(files.getFirst())).isGreaterThan(good.length / 2);
    assertThat(cached()).hasSize(1);
  }

  @Test
  void tooMuchMemoryIsRefusedWithTheNumbers() {
    GraphBuilder b = new GraphBuilder("huge");
    Node x = b.input("x", Shape.of(2), DType.F32);
    Node wide = b.upsample("u", b.reshape("r", x, 1, 1, 1, 2), 40_000, 40_000);
    Graph g = b.output("y", b.scale("s", b.activate("a", wide, Activation.RELU), 2, 1)).build();
    try (Device d = open("")) {
      assertThatThrownBy(() -> d.compile(g, NONE, CompileOptions.DEFAULT))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("opencl:")
          .hasMessageContaining("huge")
          .hasMessageContaining("bytes asked");
    }
  }

  @Test
  void aKernelThatDoesNotBuildIsNamedWithTheCompilersWords() {
    try (OpenClDevice d = Opened.device(spec(""))) {
      assertThatThrownBy(
              () ->
                  d.programs()
                      .kernel(new KernelProgram("move", new TreeMap<>(Map.of("VEC", 3))), "concat"))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("move.cl does not build")
          .hasMessageContaining("-DVEC=3");
    }
  }

  /**
   * As a GPU would where tuned values do not suit it: the message says what was asked and what is.
   */
  @Test
  void aWorkGroupThatIsTooLargeIsNamedWithItsSizeAndTheLimit() {
    GraphBuilder b = new GraphBuilder("product");
    Node x = b.input("x", Shape.of(8, 8), DType.F32);
    Graph g = b.output("y", b.matMul("m", x, x, false, 1)).build();
    try (OpenClDevice d = Opened.device(spec(",family=gpu"))) {
      long most = d.cl().device().maxWorkGroup();
      TunableEntry large =
          new TunableEntry(
              "gemm_tile",
              Optional.of(d.info().name()),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              java.util.Map.of(
                  "VEC", 1, "LN", 1 << 7, "LM", 1 << 7, "WM", 1, "WN", 2, "TK", 1, "LOAD", 1));
      assertThat(most).isLessThan(1 << 14);
      d.tunables(d.tunables().with(List.of(large)));
      assertThatThrownBy(
              () -> {
                try (Executable e = d.compile(g, NONE, CompileOptions.DEFAULT)) {
                  e.run();
                }
              })
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("gemm_tile")
          .hasMessageContaining("128")
          .hasMessageContaining(Long.toString(most));
    }
  }

  @Test
  void theProbeMeasuresWhatTheHardwareCanDo() {
    try (Device d = open("")) {
      Probe p = d.probe();
      assertThat(p.by()).isEqualTo(Probe.By.KERNELS);
      assertThat(p.gflops()).isBetween(0.5, 1e6);
      assertThat(p.gigabytesPerSecond()).isBetween(0.1, 1e5);
    }
  }

  @Test
  void detailsNameThePartsAndTheHardware() {
    DeviceDetails d =
        new OpenClProvider()
            .details().stream()
                .filter(x -> x.platform().equals(Optional.of("Portable Computing Language")))
                .findFirst()
                .orElseThrow();
    assertThat(d.hardware()).isEqualTo(DeviceDetails.HOST_PROCESSOR);
    assertThat(d.parts()).hasSize(d.info().computeUnits());
    assertThat(d.parts().getFirst()).isEqualTo(d.info().id() + ".0");
    try (Device part = Devices.open(d.parts().getLast() + ",cache=" + cache)) {
      assertThat(part.info().computeUnits()).isEqualTo(1);
    }
  }

  @Test
  void detailsSayArithmeticWhereItIsAccepted() {
    for (DeviceDetails d : new OpenClProvider().details()) {
      String spec = d.info().id() + ",family=gpu,arith=f16,cache=" + cache;
      if (d.f16() == DeviceDetails.F16.ARITHMETIC) {
        Devices.open(spec).close();
      } else {
        assertThat(d.f16()).isEqualTo(DeviceDetails.F16.STORAGE);
        assertThatThrownBy(() -> Devices.open(spec)).hasMessageContaining("arith=f16");
      }
    }
  }

  @Test
  void idsOutsideTheTableAreRefused() {
    GraphBuilder b = new GraphBuilder("gather");
    Node x = b.input("x", Shape.of(1, 4, 2), DType.F32);
    Node i = b.input("i", Shape.of(1), DType.I32);
    Graph g = b.output("y", b.gatherRows("pick", x, i)).build();
    try (Device d = open("");
        Executable e = d.compile(g, NONE, CompileOptions.DEFAULT)) {
      e.input("i").set(new int[] {4});
      assertThatThrownBy(e::run)
          .hasMessage("gatherrows 'pick': row 4 is outside the table of 4 rows");
      e.input("i").set(new int[] {3});
      e.input("x").set(new float[] {0, 1, 2, 3, 4, 5, 6, 7});
      e.run();
      assertThat(e.output("y").toFloats()).containsExactly(6, 7);
    }
  }

  /** PoCL has no {@code cl_khr_fp16} on processors: {@link OpenClOpCasesTest} runs where it is. */
  @Test
  void arithmeticIn16BitsIsRefusedWhereTheDeviceHasNone() {
    assertThatThrownBy(() -> open(",family=gpu,arith=f16"))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("Portable Computing Language")
        .hasMessageContaining("cl_khr_fp16")
        .hasMessageContaining("leave out arith=f16");
    assertThatThrownBy(() -> open(",arith=f8")).hasMessageContaining("arith=f8");
    open(",family=gpu,arith=f32").close();
  }

  @Test
  void unknownOptionsAndDevicesAreRefused() {
    assertThatThrownBy(() -> Devices.open("opencl:0,speed=11")).hasMessageContaining("speed");
    assertThatThrownBy(() -> Devices.open("opencl:0,family=tpu")).hasMessageContaining("tpu");
    assertThatThrownBy(() -> Devices.open("opencl:99")).hasMessageContaining("found: opencl:0");
  }

  private float[] runDoubled() {
    try (Device d = open("");
        Executable e = d.compile(doubled(), NONE, CompileOptions.DEFAULT)) {
      e.input("x").set(new float[] {1, 2, 3});
      e.run();
      return e.output("y").toFloats();
    }
  }

  private List<Path> cached() throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      return files.toList();
    }
  }

  private static Graph doubled() {
    GraphBuilder b = new GraphBuilder("doubled");
    Node x = b.input("x", Shape.of(3), DType.F32);
    return b.output("y", b.scale("s", x, 2, 1)).build();
  }

  private Device open(String options) {
    return Devices.open(spec(options));
  }

  private String spec(String options) {
    return "opencl:portable-computing-language,cache=" + cache + options;
  }
}
