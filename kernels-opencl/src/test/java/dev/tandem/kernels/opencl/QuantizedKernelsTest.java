package dev.tandem.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Executable;
import dev.tandem.devices.ProductKernel;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.devices.cases.CaseData;
import dev.tandem.devices.cases.OpCase;
import dev.tandem.devices.cases.OpCaseRunner;
import dev.tandem.devices.cases.OpCases;
import dev.tandem.devices.cases.Tag;
import dev.tandem.graph.DType;
import dev.tandem.graph.Op;
import dev.tandem.kernels.opencl.plan.DeviceTraits;
import dev.tandem.kernels.opencl.plan.KernelFamily;
import dev.tandem.kernels.opencl.plan.KernelPlan;
import dev.tandem.kernels.opencl.plan.KernelPlanner;
import dev.tandem.kernels.opencl.plan.TunableTable;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Products of whole numbers and packed weights on PoCL; {@link OpenClOpCasesTest} has them all. */
class QuantizedKernelsTest {
  private static List<OpCase> wholeProducts() {
    return OpCases.tagged(Tag.CORRECTNESS).stream()
        .filter(
            c ->
                c.graph().nodes().stream()
                    .anyMatch(
                        n ->
                            n.op() instanceof Op.QuantizedConv2d
                                || n.op() instanceof Op.QuantizedLinear))
        .toList();
  }

  private static OpCase named(String start) {
    return OpCases.tagged(Tag.CORRECTNESS).stream()
        .filter(c -> c.name().startsWith(start))
        .findFirst()
        .orElseThrow();
  }

  private static float[] computed(OpenClDevice d, OpCase c, Weights w, CaseData inputs) {
    try (Executable e = d.compile(c.graph(), w, CompileOptions.DEFAULT)) {
      c.graph().inputs().forEach(n -> e.input(n.name()).set(inputs.input(n)));
      e.run();
      return e.output("y").toFloats();
    }
  }

  /** The panels of four, by plain code where the device has no such products itself. */
  @Test
  void productsOfFourAtOnceAreThoseOfTwo() {
    try (OpenClDevice d = Opened.device("opencl:0.0,profile=off,family=gpu");
        PrebuiltRunner runner = new PrebuiltRunner(d.cl(), 24)) {
      DeviceTraits own = d.cl().device().traits();
      DeviceTraits dot =
          new DeviceTraits(
              own.name(),
              own.vendor(),
              own.type(),
              1,
              own.vectorWidth(),
              own.localMemory(),
              own.addressAlign(),
              own.fma(),
              true);
      KernelPlanner planner =
          new KernelPlanner(dot, KernelFamily.GPU, false, TunableTable.of(Optional.empty()));
      List<OpCase> cases = wholeProducts();
      assertThat(cases).hasSizeGreaterThan(10);
      for (OpCase c : cases) {
        KernelPlan plan = planner.plan(c.graph(), CompileOptions.DEFAULT, 1);
        assertThat(plan.kernels()).anyMatch(k -> k.program().defines().containsKey("DOT"));
        try (Arena arena = Arena.ofConfined()) {
          CaseData data = new CaseData(c, arena);
          float[] y = runner.run(plan, data, data::input);
          assertThat(OpCaseRunner.error(y, computed(d, c, data, data)))
              .as(c.name())
              .isLessThanOrEqualTo(c.tolerance(Precision.F32));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"quantizedconv2d 3x3", "quantizedlinear", "linear", "conv2d 1x1"})
  void oneCorruptedScaleIsFound(String start) {
    OpCase c =
        start.startsWith("quantized")
            ? named(start)
            : OpCases.tagged(Tag.CORRECTNESS).stream()
                .filter(x -> x.name().startsWith(start) && x.name().endsWith("of 8 bits"))
                .findFirst()
                .orElseThrow();
    try (OpenClDevice d = Opened.device("opencl:0,profile=off");
        Arena arena = Arena.ofConfined()) {
      CaseData data = new CaseData(c, arena);
      float[] right = computed(d, c, data, data);
      float[] wrong = computed(d, c, corrupted(data, arena), data);
      assertThat(OpCaseRunner.error(wrong, right)).isGreaterThan(c.tolerance(Precision.F32));
    }
  }

  private static Weights corrupted(Weights all, Arena arena) {
    return name -> {
      Tensor t = all.get(name);
      if (!name.endsWith("scale")) {
        return t;
      }
      float[] scales = t.toFloats();
      scales[0] *= 2;
      return Tensor.of(arena, t.shape(), scales);
    };
  }

  @Test
  void theRecordOfKernelsTellsWholeNumbersFromRealOnes() {
    try (OpenClDevice d = Opened.device("opencl:0,profile=off");
        Arena arena = Arena.ofConfined()) {
      assertThat(share(d, named("quantizedconv2d 3x3"), arena)).isEqualTo(1);
      assertThat(share(d, named("conv2d"), arena)).isZero();
    }
  }

  private static double share(OpenClDevice d, OpCase c, Arena arena) {
    try (Executable e = d.compile(c.graph(), new CaseData(c, arena), CompileOptions.DEFAULT)) {
      assertThat(e.products()).isNotEmpty().allMatch(p -> p.multiplyAdds() > 0);
      return ProductKernel.share(e.products(), DType.I8);
    }
  }
}
