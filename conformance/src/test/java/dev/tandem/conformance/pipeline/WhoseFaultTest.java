package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.ForwardingDevice;
import dev.tandem.devices.MemoryLimit;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphException;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.engine.Threads;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.result.RunReport;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.wiring.Watchdog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What fails at a device is blamed on it only where the device says so. */
class WhoseFaultTest {
  private static final int PICTURES = 3;

  @TempDir Path folder;
  private Path model;
  private final AtomicInteger compiled = new AtomicInteger();
  private final AtomicInteger estimated = new AtomicInteger();
  private final List<String> messages = new ArrayList<>();

  @BeforeEach
  void makeModel() throws IOException {
    model = TinyModel.write(folder);
  }

  @Test
  void aFailureOfTheModelTakesNoDeviceOutOfService() {
    RunReport report = run(() -> new GraphException("a shape that does not fit"));
    assertThat(report.incidents().first()).isEmpty();
    assertThat(report.failed()).isEqualTo(PICTURES);
    assertThat(messages).hasSize(PICTURES).containsOnly("a shape that does not fit");
    assertThat(compiled).as("tried once for each picture").hasValue(PICTURES);
  }

  @Test
  void aFailureOfTheDeviceMovesItsWork() {
    RunReport report = run(() -> new DeviceException("the device fell off the bus"));
    assertThat(report.incidents().first()).isNotEmpty();
    assertThat(messages).allMatch(m -> m.contains("fell off the bus"));
    assertThat(compiled.get()).as("the other device was tried").isGreaterThan(1);
  }

  /** By arithmetic: a device that lays out a graph of that size takes minutes. */
  @Test
  void impossibleSizesAreRefusedBeforeADeviceLaysThemOut() {
    Request huge = Request.of("a").withSteps(1).withSize(8192, 4096);
    try (Tandem tandem = open(1 << 20, () -> new DeviceException("not asked"))) {
      assertThatThrownBy(() -> tandem.generateAll(List.of(huge), listener(), Detail.HOST))
          .isInstanceOf(RequestException.class)
          .hasMessageContainingAll("may use 1.00 MiB", "at least", "a smaller picture");
    }
    assertThat(estimated).hasValue(0);
    assertThat(compiled).hasValue(0);
  }

  private RunReport run(Supplier<RuntimeException> failure) {
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < PICTURES; i++) {
      requests.add(Request.of("a").withSteps(1).withSeed(i));
    }
    try (Tandem tandem = open(1L << 40, failure)) {
      return tandem.generateAll(requests, Placement.of("a", "a", "b"), listener(), Detail.HOST);
    }
  }

  private Tandem open(long memory, Supplier<RuntimeException> failure) {
    return Tandem.open(
        model,
        Placement.of("a", "a", "b"),
        RunOptions.DEFAULT,
        id -> new Failing(Devices.open("reference"), MemoryLimit.of(memory), failure),
        new Threads(),
        Watchdog.DEFAULT);
  }

  private GenerationListener listener() {
    return new GenerationListener() {
      @Override
      public void onPicture(Picture picture) {
        throw new AssertionError("no picture can come of this");
      }

      @Override
      public void onFailure(int index, Request request, Throwable cause) {
        messages.add(cause.getMessage());
      }
    };
  }

  /** A device on which nothing compiles. */
  private final class Failing extends ForwardingDevice {
    private final MemoryLimit limit;
    private final Supplier<RuntimeException> failure;

    private Failing(Device device, MemoryLimit limit, Supplier<RuntimeException> failure) {
      super(device);
      this.limit = limit;
      this.failure = failure;
    }

    @Override
    public Executable compile(Graph graph, Weights weights, CompileOptions options) {
      compiled.incrementAndGet();
      throw failure.get();
    }

    @Override
    public Executable.MemoryUse estimate(Graph graph, CompileOptions options) {
      estimated.incrementAndGet();
      return super.estimate(graph, options);
    }

    @Override
    public MemoryLimit memoryLimit() {
      return limit;
    }
  }
}
