package dev.tandem.planning.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Order;
import dev.tandem.orchestrator.placement.Placement;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Small cases whose answer can be computed by hand. */
class SimulatorTest {
  /** Encoding the prompt and its negative takes 10. */
  private static final FixedCosts COSTS = FixedCosts.of(5, 40, 25, 60);

  private static Job job(int pictures, int evaluations) {
    return new Job(pictures, 2, evaluations, true, 8, 8);
  }

  private static double makespan(Job job, Placement placement, SimulationCosts costs) {
    return Simulator.run(job, placement, costs).makespanNs();
  }

  @Test
  void oneDeviceDoesOneThingAtATime() {
    // one prompt and its negative, 3 x (2 x 40 + 60)
    assertThat(makespan(job(3, 2), Placement.on("a"), COSTS)).isEqualTo(10 + 3 * 140);
  }

  @Test
  void hostWorkOfAStageDelaysItsOwnThreadOnly() {
    // one picture: two texts, two steps and a decode, each with 5 of the host
    assertThat(makespan(job(1, 2), Placement.on("a"), COSTS.withHost(5)))
        .isEqualTo(10 + 80 + 60 + 5 * 5);
    // the decoder's 60 + 5 lie behind the next picture's 2 x 45
    assertThat(makespan(job(3, 2), Placement.of("a", "a", "b"), COSTS.withHost(5)))
        .isEqualTo(20 + 3 * 90 + 65);
  }

  @Test
  void aStagePipelineHasFillBottleneckAndDrain() {
    Placement p = Placement.of("a", "a", "b");
    assertThat(makespan(job(4, 2), p, COSTS)).isEqualTo(10 + 4 * 80 + 60);
    assertThat(makespan(job(4, 1), p, COSTS)).isEqualTo(10 + 40 + 4 * 60);
    assertThat(Simulator.run(job(4, 1), p, COSTS).devices().get("b").busyShare())
        .isEqualTo(240.0 / 290, within(1e-9));
  }

  @Test
  void aSplitStepTakesAsLongAsItsSlowerHalf() {
    Placement p =
        Placement.of(
            List.of(new Lane(1, List.of("a"), List.of(DenoisePart.split("a", "b")), List.of("a"))));
    assertThat(makespan(job(1, 2), p, COSTS)).isEqualTo(10 + 2 * 25 + 60);
    assertThat(makespan(job(1, 2), p, COSTS.withFactor("b", 2))).isEqualTo(10 + 2 * 50 + 60);
  }

  @Test
  void aSplitIsNotUsedWithoutGuidance() {
    Placement p =
        Placement.of(
            List.of(new Lane(1, List.of("a"), List.of(DenoisePart.split("a", "b")), List.of("a"))));
    Job unguided = new Job(1, 1, 2, false, 8, 8);
    assertThat(makespan(unguided, p, COSTS)).isEqualTo(5 + 2 * 40 + 60);
  }

  @Test
  void stepRangesArePipelinedOverPictures() {
    Placement p =
        Placement.of(
            List.of(
                new Lane(
                    1,
                    List.of("a"),
                    List.of(DenoisePart.of(2, "a"), DenoisePart.on("b")),
                    List.of("c"))));
    // fill 10 + 80, then b is the bottleneck with 3 steps a picture, then one decode
    assertThat(makespan(job(3, 5), p, COSTS)).isEqualTo(10 + 80 + 3 * 120 + 60);
  }

  @Test
  void decodingGoesWhereItIsFinishedFirst() {
    Lane lane = new Lane(1, List.of("a"), List.of(DenoisePart.on("a")), List.of("a", "b"));
    // Alone, a picture is decoded on a, which is faster: 10 + 160 + 60.
    assertThat(makespan(job(1, 4), Placement.of(List.of(lane)), COSTS.withFactor("b", 1.5)))
        .isEqualTo(230);
    // ... and on b if that is faster: 10 + 160 + 30.
    assertThat(makespan(job(1, 4), Placement.of(List.of(lane)), COSTS.withFactor("b", 0.5)))
        .isEqualTo(200);
  }

  @Test
  void lanesShareByExpectedFinish() {
    Placement p =
        Placement.of(List.of(Lane.of("a", "a", "a"), Lane.of("b", "b", "b").withShare(0.33)));
    FixedCosts costs = FixedCosts.of(0, 40, 25, 60).withFactor("b", 3);
    Simulation s = Simulator.run(job(4, 1), p, costs);
    // a: 100 a picture, b: 300: three pictures and one
    assertThat(s.makespanNs()).isEqualTo(300);
    assertThat(s.pictures().stream().filter(t -> t.lane() == 0)).hasSize(3);
    // one picture: the slow device does not get it although it is free
    assertThat(Simulator.run(job(1, 1), p, costs).pictures().getFirst().lane()).isZero();
  }

  @Test
  void finishedPicturesWaitForThoseBeforeThemUnlessAskedNotTo() {
    Placement p =
        Placement.of(List.of(Lane.of("b", "b", "b").withShare(0.4), Lane.of("a", "a", "a")));
    FixedCosts costs = FixedCosts.of(0, 40, 25, 60).withFactor("b", 2.5);
    // a: 100, 200, 300 with the pictures 0, 2, 3; b: 250 with picture 1
    Simulation finished = Simulator.run(job(4, 1), p.withOrder(Order.FINISHED), costs);
    Simulation prompt = Simulator.run(job(4, 1), p, costs);
    assertThat(finished.pictures())
        .extracting(t -> t.outNs())
        .containsExactly(100.0, 250.0, 200.0, 300.0);
    assertThat(prompt.pictures())
        .extracting(t -> t.outNs())
        .containsExactly(100.0, 250.0, 250.0, 300.0);
  }

  @Test
  void devicesThatRunAtOnceSlowEachOtherDown() {
    // both halves run at half speed, the decode alone at full speed
    Placement p =
        Placement.of(
            List.of(new Lane(1, List.of("a"), List.of(DenoisePart.split("a", "b")), List.of("a"))));
    assertThat(makespan(job(1, 1), p, COSTS.withSlowdown(2))).isEqualTo(10 + 2 * 25 + 60);
    // a's half (25) and b's half (50): both slow until a has done 25 in 50; b has 25 left, alone
    assertThat(makespan(job(1, 1), p, COSTS.withFactor("b", 2).withSlowdown(2)))
        .isEqualTo(10 + 50 + 25 + 60);
  }

  @Test
  void listenersTakeTimeToo() {
    assertThat(makespan(job(3, 1), Placement.on("a"), COSTS.withOutput(7)))
        .isEqualTo(10 + 3 * 100 + 7);
    assertThat(makespan(job(3, 1), Placement.on("a"), COSTS.withOutput(1000)))
        .isEqualTo(10 + 100 + 3 * 1000);
  }

  @Test
  void memoryIsTheSumOfWhatADeviceMayBeAskedFor() {
    Simulation s = Simulator.run(job(1, 1), Placement.of("a", "b", "a"), COSTS);
    assertThat(s.devices().get("a").memoryBytes()).isEqualTo(10 + 40);
    assertThat(s.devices().get("b").memoryBytes()).isEqualTo(20);
    MemoryNeed tooMuch =
        MemoryNeed.of(
            job(1, 1), Placement.of(List.of(Lane.of("a", "a", "a"))), new Small(COSTS, 60));
    assertThat(tooMuch.fits()).isFalse();
    assertThat(tooMuch.problems()).singleElement().asString().startsWith("a needs");
  }

  record Small(FixedCosts costs, long memory) implements SimulationCosts {
    @Override
    public double deviceNs(Work work, String device) {
      return costs.deviceNs(work, device);
    }

    @Override
    public long bytes(Work work, String device) {
      return costs.bytes(work, device);
    }

    @Override
    public long memoryBytes(String device) {
      return memory;
    }
  }
}
