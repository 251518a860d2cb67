package dev.tandem.conformance.pipeline;

import static dev.tandem.conformance.pipeline.SimulatedFleet.MS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.Executable;
import dev.tandem.devices.ForwardingDevice;
import dev.tandem.devices.Weights;
import dev.tandem.devices.simulated.Faults;
import dev.tandem.devices.simulated.FaultyDevice;
import dev.tandem.devices.simulated.SimulatedCosts;
import dev.tandem.devices.simulated.SimulatedDevice;
import dev.tandem.devices.simulated.SimulatedTime;
import dev.tandem.graph.Graph;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.engine.Drive;
import dev.tandem.orchestrator.engine.Threads;
import dev.tandem.orchestrator.engine.VirtualTime;
import dev.tandem.orchestrator.execution.OpenRun;
import dev.tandem.orchestrator.execution.PictureHandle;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.wiring.Watchdog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever goes wrong, what was compiled is closed with the model, and the devices after it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NothingLeaksTest {
  private static final Watchdog IMPATIENT =
      new Watchdog(10, Duration.ofSeconds(1), Duration.ofMinutes(1));

  @TempDir static Path folder;
  private static Path model;

  @BeforeAll
  static void makeModel() throws Exception {
    model = TinyModel.write(folder);
  }

  private static SimulatedDevice simulated(String id, SimulatedTime time) {
    DeviceInfo info =
        new DeviceInfo(id, "simulated", DeviceInfo.Type.ACCELERATOR, 1, 16L << 30, "test");
    SimulatedCosts costs =
        new SimulatedCosts.StageTimes(
            Map.of("text", 3 * MS, "unet", 15 * MS, "vae", 60 * MS),
            new SimulatedCosts.Rates(1e12, 1e11, 0));
    return new SimulatedDevice(info, costs, time);
  }

  private static Tandem open(Placement placement, Map<String, CountedDevice> devices, Drive drive) {
    return Tandem.open(model, placement, RunOptions.DEFAULT, devices::get, drive, IMPATIENT);
  }

  private static List<Request> requests() {
    return IntStream.range(0, 6)
        .mapToObj(
            i -> Request.of("apple " + i).withSteps(3).withSize(32 + 32 * (i % 2), 32).withSeed(i))
        .toList();
  }

  private static void assertNothingLeft(CountedDevice device) {
    assertThat(device.compiled()).isNotEmpty();
    assertThat(device.open()).isZero();
    assertThat(device.openBytes()).isZero();
    assertThat(device.closed()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(value = Faults.Kind.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void afterADeviceFailed(Faults.Kind kind) {
    for (int run = 0; run < 12; run++) {
      VirtualTime time = new VirtualTime();
      CountedDevice a = new CountedDevice(simulated("a", time::spend));
      Device faulty =
          new FaultyDevice(simulated("b", time::spend), Faults.from(run, kind), time::spend);
      CountedDevice b = new CountedDevice(faulty);
      try (Tandem tandem = open(Placement.of("a", "b", "b"), Map.of("a", a, "b", b), time)) {
        OpenRun open = tandem.start(GenerationListener.NONE);
        requests().forEach(open::submit);
        open.close();
        assertThat(open.report().done()).isEqualTo(6);
        assertThat(open.report().incidents().count()).isPositive();
      }
      assertNothingLeft(a);
      assertNothingLeft(b);
    }
  }

  /** The only device: pictures fail, but nothing more. */
  @ParameterizedTest
  @CsvSource({"0", "1", "4", "5"})
  void afterTheOnlyDeviceFailed(int run) {
    VirtualTime time = new VirtualTime();
    Faults faults = Faults.from(run, Faults.Kind.FAIL);
    CountedDevice a =
        new CountedDevice(new FaultyDevice(simulated("a", time::spend), faults, time::spend));
    try (Tandem tandem = open(Placement.on("a"), Map.of("a", a), time)) {
      OpenRun open = tandem.start(GenerationListener.NONE);
      requests().forEach(open::submit);
      open.close();
      assertThat(open.report().failed()).isGreaterThan(4);
    }
    assertNothingLeft(a);
  }

  /** A hung device is left alone, for it may still be at work; all others are freed. */
  @Test
  void afterADeviceHungForEver() {
    CountDownLatch never = new CountDownLatch(1);
    SimulatedTime stuck =
        ns -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    CountedDevice a = new CountedDevice(simulated("a", ns -> {}));
    CountedDevice b = new CountedDevice(simulated("b", stuck));
    Watchdog quick = new Watchdog(10, Duration.ofSeconds(5), Duration.ofMillis(300));
    try (Tandem tandem =
        Tandem.open(
            model,
            Placement.of("a", "b", "a"),
            RunOptions.DEFAULT,
            Map.of("a", a, "b", b)::get,
            new Threads(),
            quick)) {
      OpenRun open = tandem.start(GenerationListener.NONE);
      PictureHandle handle = open.submit(requests().getFirst());
      open.close();
      assertThat(handle.result()).isCompleted();
      assertThat(open.report().incidents().count()).isEqualTo(1);
    }
    never.countDown();
    assertNothingLeft(a);
    assertThat(b.closed()).isFalse();
  }

  /** Lets go of a graph only when it is told to. */
  private static final class SlowToCompile extends ForwardingDevice {
    private final CountDownLatch begun;
    private final CountDownLatch end;

    private SlowToCompile(Device device, CountDownLatch begun, CountDownLatch end) {
      super(device);
      this.begun = begun;
      this.end = end;
    }

    @Override
    public Executable compile(Graph graph, Weights weights, CompileOptions options) {
      if (graph.kind().equals("unet")) {
        begun.countDown();
        try {
          end.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      return super.compile(graph, weights, options);
    }
  }

  @Test
  void afterACancelWhileCompiling() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    CountedDevice a = new CountedDevice(new SlowToCompile(simulated("a", ns -> {}), begun, end));
    try (Tandem tandem = open(Placement.on("a"), Map.of("a", a), new Threads())) {
      OpenRun open = tandem.start(GenerationListener.NONE);
      List<PictureHandle> handles = requests().stream().map(open::submit).toList();
      begun.await();
      open.cancel();
      handles.forEach(h -> assertThat(h.result()).failsWithin(Duration.ofMinutes(1)));
      assertThat(handles).as("before it is compiled").allMatch(h -> h.result().isCancelled());
      assertThat(end.getCount()).isOne();
      end.countDown();
      open.close();
      assertThat(open.report().done()).isZero();
    }
    assertNothingLeft(a);
  }
}
