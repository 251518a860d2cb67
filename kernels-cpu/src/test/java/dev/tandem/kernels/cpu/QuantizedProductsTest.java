package dev.tandem.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.ProductKernel;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.cases.CaseData;
import dev.tandem.devices.cases.OpCase;
import dev.tandem.graph.DType;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuantizedProductsTest {

  /** Where pairs of products are added in 16 bits, and where they are not. */
  @ParameterizedTest
  @ValueSource(strings = {"SSE41", "AVX2", "AVX512_CORE", "DEFAULT"})
  void exactOnEveryProcessor(String isa) throws Exception {
    ProcessBuilder child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                QuantizedCasesMain.class.getName())
            .redirectErrorStream(true);
    child.environment().put("ONEDNN_MAX_CPU_ISA", isa);
    Process process = child.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).contains(QuantizedCasesMain.cases().size() + " cases");
    if (!isa.equals("DEFAULT") && System.getProperty("os.arch").equals("amd64")) {
      assertThat(said).as("what this is to show").contains("signed sums saturate");
    }
  }

  @Test
  void memoryIsAsEstimated() {
    try (Device device = Devices.open("cpu")) {
      assertThat(QuantizedCasesMain.cases())
          .allSatisfy(
              c -> {
                try (Arena arena = Arena.ofConfined();
                    Executable e = compile(device, c, arena)) {
                  assertThat(e.memory())
                      .as(c.name())
                      .isEqualTo(device.estimate(c.graph(), CompileOptions.DEFAULT));
                }
              });
    }
  }

  @Test
  void oneWrongScaleIsSeen() {
    try (Arena arena = Arena.ofConfined();
        Device device = Devices.open("cpu")) {
      OpCase c = named("quantizedlinear [2, 7, 20] -> 32");
      float[] right = run(device, c, new CaseData(c, arena));
      CaseData wrong = new CaseData(c, arena);
      Tensor scale = wrong.get("scale");
      scale.setFloat(3, scale.getFloat(3) * 1.02f);
      float[] other = run(device, c, wrong);
      for (int i = 0; i < right.length; i++) {
        assertThat(right[i] != other[i]).as("channel %d", i % 32).isEqualTo(i % 32 == 3);
      }
    }
  }

  /** oneDNN itself is asked which numbers it multiplies. */
  @Test
  void productsOfWholeNumbersAreDoneInEightBits() {
    try (Arena arena = Arena.ofConfined();
        Device device = Devices.open("cpu")) {
      for (OpCase c : QuantizedCasesMain.cases()) {
        try (Executable e = compile(device, c, arena)) {
          List<Node> quantised =
              e.graph().nodes().stream().filter(QuantizedProductsTest::isQuantised).toList();
          assertThat(e.products())
              .filteredOn(p -> p.operands() == DType.I8)
              .extracting(ProductKernel::node)
              .as(c.name())
              .containsExactlyInAnyOrderElementsOf(quantised);
          boolean all = !quantised.isEmpty() && e.products().size() == quantised.size();
          assertThat(ProductKernel.share(e.products(), DType.I8) == 1).isEqualTo(all);
          assertThat(e.products()).noneMatch(p -> p.implementation().contains("ref"));
        }
      }
    }
  }

  private static boolean isQuantised(Node n) {
    return n.op() instanceof Op.QuantizedConv2d || n.op() instanceof Op.QuantizedLinear;
  }

  private static OpCase named(String name) {
    return QuantizedCasesMain.cases().stream()
        .filter(c -> c.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Executable compile(Device device, OpCase c, Arena arena) {
    return device.compile(c.graph(), new CaseData(c, arena), CompileOptions.DEFAULT);
  }

  private static float[] run(Device device, OpCase c, CaseData data) {
    try (Executable e = device.compile(c.graph(), data, CompileOptions.DEFAULT)) {
      c.graph().inputs().forEach(n -> e.input(n.name()).set(data.input(n)));
      e.run();
      return e.output("y").toFloats();
    }
  }
}
