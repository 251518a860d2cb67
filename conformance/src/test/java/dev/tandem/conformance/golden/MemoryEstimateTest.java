package dev.tandem.conformance.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceSpec;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.devices.ForwardingDevice;
import dev.tandem.devices.ForwardingExecutable;
import dev.tandem.devices.GraphMemory;
import dev.tandem.devices.OpSpans;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.devices.cases.OpCase;
import dev.tandem.devices.cases.OpCases;
import dev.tandem.devices.cases.Tag;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What devices say they would need is what they then take, and no more than they may. */
class MemoryEstimateTest {
  private static final Path GOLDEN =
      Path.of(System.getProperty("tandem.root"), "conformance/golden");

  /** A device and a precision that it has. */
  private record Setting(String device, Precision precision) {}

  private static Stream<Setting> settings() {
    return Stream.of(
        new Setting("reference,threads=3", Precision.F32),
        new Setting("reference", Precision.F16),
        new Setting("cpu,threads=1", Precision.F32),
        new Setting("cpu,threads=2", Precision.F32),
        new Setting("opencl:0", Precision.F32),
        new Setting("opencl:0,transfer=copied", Precision.F32),
        new Setting("opencl:0,transfer=mapped", Precision.F32),
        new Setting("opencl:0,family=gpu", Precision.F32),
        new Setting("opencl:0", Precision.F16));
  }

  @TestFactory
  Stream<DynamicTest> everyNetworkTakesWhatWasEstimated() {
    return settings()
        .map(s -> DynamicTest.dynamicTest(s.toString(), () -> assertEstimatesOfNetworks(s)));
  }

  private static void assertEstimatesOfNetworks(Setting setting) {
    try (Device device = Devices.open(setting.device())) {
      Comparing comparing = new Comparing(device, new CompileOptions(setting.precision()));
      for (GoldenCase c : GoldenFolder.cases(GOLDEN)) {
        if (c instanceof UNetCase || c instanceof VaeCase || c instanceof TextEncoderCase) {
          ((GoldenCase.OnDevice) c).run(comparing);
        }
      }
      assertThat(comparing.compiled.get()).isGreaterThan(25);
    }
  }

  @TestFactory
  Stream<DynamicTest> everyOperationTakesWhatWasEstimated() {
    return settings()
        .map(s -> DynamicTest.dynamicTest(s.toString(), () -> assertEstimatesOfOperations(s)));
  }

  private static void assertEstimatesOfOperations(Setting setting) {
    CompileOptions options = new CompileOptions(setting.precision());
    try (Device device = Devices.open(setting.device())) {
      for (OpCase c : OpCases.tagged(Tag.CORRECTNESS)) {
        MemoryUse estimate = device.estimate(c.graph(), options);
        try (Executable e = device.compile(c.graph(), zeros(c.graph()), options)) {
          assertThat(estimate).as(c.name()).isEqualTo(e.memory());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "cpu", "opencl:0", "opencl:0,transfer=copied"})
  void aLimitHoldsWhileCompiling(String spec) {
    Graph graph = OpCases.tagged(Tag.CORRECTNESS).getFirst().graph();
    long need;
    try (Device device = Devices.open(spec)) {
      need = device.estimate(graph, CompileOptions.DEFAULT).total();
    }
    try (Device device = Devices.open(DeviceSpec.parse(spec).withMemoryLimit(need))) {
      assertThat(device.memoryLimit().total()).isEqualTo(need);
      for (int i = 0; i < 2; i++) { // the second fits only if the first gave all back
        device.compile(graph, zeros(graph), CompileOptions.DEFAULT).close();
      }
      try (Executable first = device.compile(graph, zeros(graph), CompileOptions.DEFAULT)) {
        assertThat(first.memory().total()).isEqualTo(need);
        assertThatThrownBy(() -> device.compile(graph, zeros(graph), CompileOptions.DEFAULT))
            .isInstanceOf(DeviceException.class)
            .hasMessageContaining("bytes asked")
            .hasMessageContaining("of its " + need + " bytes are already in use");
      }
    }
    try (Device device = Devices.open(DeviceSpec.parse(spec).withMemoryLimit(need - 1))) {
      assertThatThrownBy(() -> device.compile(graph, zeros(graph), CompileOptions.DEFAULT))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining(DeviceSpec.parse(spec).scheme())
          .hasMessageContaining("bytes asked")
          .hasMessageContaining(String.valueOf(need - 1));
    }
  }

  @Test
  void sizesAreReadFromTheDevicesText() {
    try (Device device = Devices.open("reference,memory=64K")) {
      assertThat(device.memoryLimit().total()).isEqualTo(64 << 10);
    }
    assertThatThrownBy(() -> Devices.open("cpu,memory=lots"))
        .isInstanceOf(DeviceException.class)
        .hasMessage("size 'lots' is not of the form 512M, 1.5G or 4096");
  }

  private static Weights zeros(Graph graph) {
    Map<String, Node> nodes = new HashMap<>();
    graph.weights().forEach(w -> nodes.put(w.name(), w));
    return name -> Tensor.allocate(Arena.ofAuto(), nodes.get(name).shape(), nodes.get(name).type());
  }

  /** Compares the estimate of every graph with what compiling it takes. */
  private static final class Comparing extends ForwardingDevice {
    private final CompileOptions options;
    private final AtomicInteger compiled = new AtomicInteger();

    private Comparing(Device device, CompileOptions options) {
      super(device);
      this.options = options;
    }

    @Override
    public Executable compile(Graph graph, Weights weights, CompileOptions ignored) {
      MemoryUse estimate = estimate(graph, options);
      Executable e = super.compile(graph, weights, options);
      assertThat(e.memory()).as("%s on %s", graph.name(), info().id()).isEqualTo(estimate);
      assertThat(GraphMemory.bound(graph).total()).isGreaterThanOrEqualTo(estimate.total());
      assertThat(GraphMemory.bound(graph).largest()).isGreaterThanOrEqualTo(estimate.largest());
      MemoryUse least = GraphMemory.least(graph, options);
      assertThat(least.total())
          .as("least of " + graph.name())
          .isLessThanOrEqualTo(estimate.total());
      assertThat(least.largest()).isLessThanOrEqualTo(estimate.largest());
      compiled.incrementAndGet();
      return new NotRun(e);
    }
  }

  /** An executable that has outputs without running: nobody looks at them here. */
  private static final class NotRun extends ForwardingExecutable {
    private NotRun(Executable executable) {
      super(executable);
    }

    @Override
    public void run(OpSpans spans) {
      // Only memory is looked at: nothing is computed, and every operation is said to be done.
      graph().nodes().forEach(n -> spans.span(n, 0, 0));
    }
  }
}
