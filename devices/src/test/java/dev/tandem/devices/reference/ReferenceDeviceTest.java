package dev.tandem.devices.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.cases.CaseData;
import dev.tandem.devices.cases.OpCase;
import dev.tandem.devices.cases.OpCaseResult;
import dev.tandem.devices.cases.OpCaseRunner;
import dev.tandem.devices.cases.OpCases;
import dev.tandem.devices.cases.Tag;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The reference device against the definitions in double. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReferenceDeviceTest {
  /** Part of each bound that the oracle may use up itself; the rest is the other device's. */
  private static final double SHARE = 0.2;

  private Device device;

  @BeforeAll
  void open() {
    device = Devices.open("reference,threads=2");
  }

  @AfterAll
  void close() {
    device.close();
  }

  static Stream<OpCase> cases() {
    return OpCases.tagged(Tag.CORRECTNESS).stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithTheDefinition(OpCase c) {
    try (Arena arena = Arena.ofConfined()) {
      CaseData data = new CaseData(c, arena);
      double[] truth = DoubleDefinitions.evaluate(c.graph(), data);
      float[] expected = new float[truth.length];
      for (int i = 0; i < truth.length; i++) {
        expected[i] = (float) truth[i];
      }
      float[] actual = run(device, c, data, Precision.F32);
      // The phase of a timestep embedding is itself rounded to F32, as diffusers does it.
      boolean rounded = c.name().startsWith("timestep");
      double bound = (rounded ? 0.8 : SHARE) * c.tolerance(Precision.F32);
      assertThat(OpCaseRunner.error(actual, expected)).isLessThanOrEqualTo(bound);
    }
  }

  /** What F16 storage alone costs must fit into the F16 bound, or no device could meet it. */
  @ParameterizedTest
  @MethodSource("cases")
  void fusedAndInF16StaysWithinTheBounds(OpCase c) {
    for (Precision p : c.precisions()) {
      OpCaseResult r = OpCaseRunner.run(device, c, p);
      assertThat(r.passed()).as(r.toString()).isTrue();
    }
  }

  @Test
  void theNumberOfThreadsDoesNotChangeTheResult() {
    OpCase c = named("transformer block");
    try (Arena arena = Arena.ofConfined();
        Device one = Devices.open("reference:a,threads=1");
        Device five = Devices.open("reference:b,threads=5")) {
      CaseData data = new CaseData(c, arena);
      assertThat(run(five, c, data, Precision.F32)).isEqualTo(run(one, c, data, Precision.F32));
    }
  }

  @Test
  void spansNameEveryComputedNodeInOrderAndDoNotOverlap() {
    OpCase c = named("residual block");
    List<String> names = new ArrayList<>();
    List<Long> times = new ArrayList<>();
    try (Arena arena = Arena.ofConfined();
        Executable e = device.compile(c.graph(), new CaseData(c, arena), CompileOptions.DEFAULT)) {
      long before = System.nanoTime();
      e.run(
          (n, start, end) -> {
            names.add(n.name());
            times.addAll(List.of(start, end));
          });
      times.addFirst(before);
      times.addLast(System.nanoTime());
      assertThat(names)
          .isEqualTo(
              e.graph().nodes().stream().filter(n -> n.isComputed()).map(n -> n.name()).toList());
      assertThat(times).isSorted();
    }
  }

  @Test
  void theErrorFunctionIsAccurateEverywhere() {
    for (double x = -7; x <= 7; x += 1.0 / 1024) {
      double truth = 2 * DoubleDefinitions.normal(x * Math.sqrt(2)) - 1;
      assertThat(ErrorFunction.erf(x)).as("erf(%s)", x).isCloseTo(truth, within(2e-8));
    }
    assertThat(ErrorFunction.erf(Double.NaN)).isNaN();
    assertThat(ErrorFunction.erf(Double.NEGATIVE_INFINITY)).isEqualTo(-1);
  }

  private static OpCase named(String name) {
    return OpCases.all().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
  }

  private static float[] run(Device d, OpCase c, CaseData data, Precision precision) {
    try (Executable e = d.compile(c.graph(), data, new CompileOptions(precision))) {
      c.graph().inputs().forEach(n -> e.input(n.name()).set(data.input(n)));
      e.run();
      return e.output("y").toFloats();
    }
  }
}
