package dev.tandem.planning.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Order;
import dev.tandem.orchestrator.placement.Placement;
import java.util.List;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A run of which only the first pictures are simulated says what simulating all of them says. */
class LongRunTest {
  /** Lanes whose speeds have no common measure never repeat: what is left out is not quite it. */
  private static final Percentage NEAR = Percentage.withPercentage(0.3);

  private static final Percentage LATENCY = Percentage.withPercentage(3);
  private static final Offset<Double> SHARE = within(0.01);

  /** Speeds that have no common measure, so that nothing ever repeats. */
  private static final FixedCosts COSTS =
      FixedCosts.of(900, 1000, 620, 3000)
          .withFactor("b", Math.sqrt(2))
          .withFactor("c", Math.PI)
          .withHost(37)
          .withOutput(11)
          .withSlowdown(1.17);

  @SuppressWarnings("ImmutableEnumChecker") // a placement is a record of lists that are copies
  enum Way {
    ONE(Placement.on("a")),
    STAGES(Placement.of("a", "b", "c")),
    LANES(Placement.of(List.of(Lane.of("a", "a", "a"), Lane.of("b", "b", "b")))),
    UNEQUAL_LANES(
        Placement.of(
            List.of(Lane.of("a", "a", "a"), Lane.of("b", "b", "b"), Lane.of("c", "c", "c")))),
    AS_FINISHED(UNEQUAL_LANES.placement.withOrder(Order.FINISHED)),
    HALVES(
        Placement.of(
            List.of(
                new Lane(
                    1, List.of("a"), List.of(DenoisePart.split("a", "b")), List.of("a", "c"))))),
    STEPS(
        Placement.of(
            List.of(
                new Lane(
                    1,
                    List.of("a"),
                    List.of(DenoisePart.of(3, "a"), DenoisePart.on("b")),
                    List.of("c", "a")))));

    private final Placement placement;

    Way(Placement placement) {
      this.placement = placement;
    }
  }

  private static Job job(int pictures, int prompts) {
    return new Job(pictures, prompts, 8, true, 64, 64);
  }

  private static void same(Job job, Placement placement, FixedCosts costs) {
    Simulation all = Simulator.exact(job, placement, costs);
    Simulation some = new LongRun(job, placement, costs, 1000).run();
    assertThat(some.pictures().size()).isLessThan(job.pictures());
    assertThat(some.count()).isEqualTo(job.pictures());
    assertThat(some.makespanNs()).isCloseTo(all.makespanNs(), NEAR);
    assertThat(some.picturesPerSecond()).isCloseTo(all.picturesPerSecond(), NEAR);
    for (double share : new double[] {0.5, 0.95}) {
      assertThat(some.latencyNs(share)).isCloseTo(all.latencyNs(share), LATENCY);
    }
    assertThat(some.overlap()).isCloseTo(all.overlap(), SHARE);
    all.devices()
        .forEach(
            (id, use) ->
                assertThat(some.devices().get(id).busyShare()).isCloseTo(use.busyShare(), SHARE));
  }

  @ParameterizedTest
  @EnumSource
  void itIsAsIfAllWereSimulated(Way way) {
    same(job(7001, 2), way.placement, COSTS);
  }

  @ParameterizedTest
  @EnumSource(names = {"ONE", "STAGES", "UNEQUAL_LANES"})
  void alsoWhereEveryPictureHasAPromptOfItsOwn(Way way) {
    same(job(7001, 7002), way.placement, COSTS);
  }

  @ParameterizedTest
  @EnumSource(names = {"ONE", "STAGES", "LANES"})
  void alsoWhereTheFirstOnesHave(Way way) {
    same(job(7001, 3000), way.placement, COSTS);
    same(job(7001, 500), way.placement, COSTS);
  }

  /** Pictures pile up before the listener: each waits longer than the one before. */
  @Test
  void alsoWherePicturesCannotBeHandedOutAsFastAsTheyCome() {
    same(job(5000, 2), Way.ONE.placement, COSTS.withOutput(20_000));
  }

  @Test
  void aMillionPicturesTakeNoMoreThanAFewThousand() {
    Simulation s = Simulator.run(job(1_000_000, 2), Way.STAGES.placement, COSTS);
    assertThat(s.count()).isEqualTo(1_000_000);
    assertThat(s.spans()).hasSizeLessThan(100_000);
    assertThat(s.pictures()).hasSizeLessThanOrEqualTo(2000);
  }

  @Test
  void aFewPicturesAreSimulatedOneByOne() {
    Job few = job(100, 2);
    assertThat(Simulator.run(few, Way.STAGES.placement, COSTS))
        .isEqualTo(Simulator.exact(few, Way.STAGES.placement, COSTS));
  }
}
