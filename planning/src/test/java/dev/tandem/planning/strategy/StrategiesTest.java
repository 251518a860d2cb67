package dev.tandem.planning.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StrategiesTest {
  private static final Job JOB = new Job(16, 1, 20, true, 128, 128);
  private static final List<String> BOTH = List.of("slow", "fast");

  /** Costs of {@code fast}; {@code slow} takes three times as long. */
  private record Costs(long text, long step, long half, long decode) implements StageCosts {
    @Override
    public long ns(Work work, String device) {
      long ns =
          switch (work) {
            case TEXT -> text;
            case STEP -> step;
            case HALF_STEP -> half;
            case DECODE, IMAGE -> decode;
          };
      long factor = Map.of("slow", 3, "fast", 1, "vaeunit", 9).get(device);
      return device.equals("vaeunit") && work == Work.DECODE ? ns / 2 : ns * factor;
    }

    @Override
    public long bytes(Work work, String device) {
      return 1 << 20;
    }

    @Override
    public long memoryBytes(String device) {
      return 1 << 30;
    }
  }

  private static final StageCosts COSTS = new Costs(10, 40, 20, 60);

  private static Placement place(String strategy, List<String> devices) {
    return Strategies.of(strategy).place(JOB, devices, COSTS);
  }

  @Test
  void singleTakesTheFastest() {
    assertThat(place("single", BOTH)).isEqualTo(Placement.on("fast"));
  }

  @Test
  void stageGivesTheLongStageToTheFastDevice() {
    assertThat(place("stage", BOTH)).isEqualTo(Placement.of("slow", "fast", "slow"));
    assertThat(place("stage", List.of("slow", "fast", "vaeunit")))
        .isEqualTo(Placement.of("slow", "fast", "vaeunit"));
  }

  @Test
  void freeLetsEveryDeviceEncodeAndDecode() {
    assertThat(place("free", BOTH).lanes())
        .containsExactly(new Lane(1, BOTH, List.of(DenoisePart.on("fast")), BOTH));
  }

  @Test
  void guidanceSplitsEachStep() {
    Lane lane = place("guidance", BOTH).lanes().getFirst();
    assertThat(lane.denoise().getFirst().devices()).containsExactlyInAnyOrder("slow", "fast");
    Job unguided = new Job(16, 1, 20, false, 128, 128);
    assertThatThrownBy(() -> Strategies.of("guidance").place(unguided, BOTH, COSTS))
        .hasMessageContaining("no guidance");
  }

  @Test
  void dataHasALaneForEachDeviceWithItsSpeedAsShare() {
    assertThat(place("data", BOTH).lanes())
        .containsExactly(
            Lane.of("slow", "slow", "slow").withShare(0.333), Lane.of("fast", "fast", "fast"));
  }

  @Test
  void stepsCutsWhereTheBusierDeviceWorksLeast() {
    Lane lane = place("steps", BOTH).lanes().getFirst();
    // 800 ns of steps and 60 of decoding: 645 on the fast device is the least possible.
    int onSlow = 0;
    int onFast = 0;
    List<Integer> steps = lane.stepsOfParts(20);
    for (int i = 0; i < 2; i++) {
      if (lane.denoise().get(i).device().equals("slow")) {
        onSlow += steps.get(i);
      } else {
        onFast += steps.get(i);
      }
    }
    assertThat(onFast + onSlow).isEqualTo(20);
    assertThat(Math.max(onSlow * 120, onFast * 40)).isLessThanOrEqualTo(40 * 15 + 60);
    assertThat(onSlow).isBetween(4, 5);
  }

  @Test
  void tooFewDevicesOrStepsIsAClearError() {
    for (String name : List.of("stage", "free", "guidance", "data", "steps")) {
      assertThatThrownBy(() -> place(name, List.of("fast")))
          .hasMessageContaining("'" + name + "' needs 2 devices, got [fast]");
    }
    Job one = new Job(1, 1, 1, true, 128, 128);
    assertThatThrownBy(() -> Strategies.of("steps").place(one, BOTH, COSTS))
        .hasMessageContaining("at least 2 steps");
    assertThatThrownBy(() -> Strategies.of("magic")).hasMessageContaining("single, stage, free");
  }
}
