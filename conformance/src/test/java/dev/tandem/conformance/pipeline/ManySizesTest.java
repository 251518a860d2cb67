package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.simulated.SimulatedCosts;
import dev.tandem.devices.simulated.SimulatedDevice;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.engine.VirtualTime;
import dev.tandem.orchestrator.execution.DevicePool;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.request.VaeTiling;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pictures of two sizes in turn: each is compiled once, or as often as the memory makes it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ManySizesTest {
  private static final int TURNS = 20;
  private static final long PLENTY = 16L << 30;
  private static final RunOptions UNTILED =
      RunOptions.DEFAULT.withTiling(new VaeTiling(VaeTiling.Mode.OFF, 0));

  @TempDir static Path folder;
  private static Path model;

  @BeforeAll
  static void makeModel() throws Exception {
    model = TinyModel.write(folder);
  }

  private static Request small() {
    return Request.of("apple").withSteps(2).withSize(64, 64).withSeed(5);
  }

  private static Request wide() {
    return small().withSize(128, 64);
  }

  @Test
  void onTheCpuEachSizeIsCompiledOnce() {
    try (DevicePool pool = DevicePool.of(RunOptions.DEFAULT);
        Tandem tandem = Tandem.open(Run.MODEL, Placement.on("cpu"), RunOptions.DEFAULT, pool)) {
      byte[] first = tandem.generate(small()).rgb();
      int ofOne = pool.compiled();
      byte[] second = tandem.generate(wide()).rgb();
      int ofBoth = pool.compiled();
      assertThat(ofOne).isPositive();
      assertThat(ofBoth).isGreaterThan(ofOne);
      for (int i = 0; i < TURNS; i++) {
        assertThat(tandem.generate(small()).rgb()).isEqualTo(first);
        assertThat(tandem.generate(wide()).rgb()).isEqualTo(second);
      }
      assertThat(pool.compiled()).isEqualTo(ofBoth);
    }
  }

  /**
   * What became of some pictures.
   *
   * @param compiled how many graphs
   */
  private record Made(List<byte[]> pictures, int compiled, long peakBytes) {}

  private static Made make(long memory, Request... turn) {
    DeviceInfo info =
        new DeviceInfo("a", "simulated", DeviceInfo.Type.ACCELERATOR, 1, memory, "test");
    VirtualTime time = new VirtualTime();
    SimulatedDevice device =
        new SimulatedDevice(info, new SimulatedCosts.Rates(1e12, 1e11, 0), time::spend);
    List<byte[]> pictures = new ArrayList<>();
    int compiled;
    try (DevicePool pool = new DevicePool(id -> device, time);
        Tandem tandem = Tandem.open(model, Placement.on("a"), UNTILED, pool)) {
      for (int i = 0; i < TURNS; i++) {
        for (Request r : turn) {
          pictures.add(tandem.generate(r).rgb());
        }
      }
      compiled = pool.compiled();
    }
    return new Made(pictures, compiled, device.peakBytes());
  }

  @Test
  void whereOnlyOneSizeFitsTheOtherMakesRoom() {
    Made smalls = make(PLENTY, small());
    Made wides = make(PLENTY, wide());
    Made both = make(PLENTY, small(), wide());
    assertThat(both.compiled).isLessThan(smalls.compiled + wides.compiled); // text is one for both
    assertThat(both.pictures.subList(2, 4)).containsExactlyElementsOf(both.pictures.subList(0, 2));

    long forOne = Math.max(smalls.peakBytes, wides.peakBytes);
    assertThat(forOne).isLessThan(both.peakBytes);
    Made tight = make(forOne, small(), wide());
    assertThat(tight.peakBytes).isLessThanOrEqualTo(forOne);
    assertThat(tight.compiled).isGreaterThan(both.compiled);
    assertThat(tight.pictures).containsExactlyElementsOf(both.pictures);
  }
}
