package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.conformance.pipeline.SimulatedFleet.Outcome;
import dev.tandem.devices.simulated.Faults;
import dev.tandem.devices.simulated.Faults.Kind;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.engine.Incident;
import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.planning.strategy.Strategies;
import dev.tandem.planning.strategy.Strategy;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The real pipeline with the real stages on simulated devices, in virtual time without threads. A
 * simulated device's numbers depend on the inputs only, so pictures must be equal to the last bit.
 */
class SimulatedRunTest {
  private static final List<String> DEVICES = List.of("a", "b");
  private static final int PICTURES = 12;
  private static final int STEPS = 5;
  private static final long DECODER_BYTES = 1_200_000;

  @TempDir static Path folder;
  private static Path model;
  private static Outcome single;

  @BeforeAll
  static void makeModel() throws Exception {
    model = TinyModel.write(folder);
    single = fleet().run(model, Placement.on("a"), requests());
    assertThat(single.report().done()).isEqualTo(PICTURES);
  }

  /** Device b takes a third longer. */
  private static SimulatedFleet fleet() {
    return fleet(Faults.NONE);
  }

  private static SimulatedFleet fleet(Faults ofB) {
    return new SimulatedFleet().add("a", 3, 15, 60, Faults.NONE).add("b", 4, 20, 80, ofB);
  }

  private static List<Request> requests() {
    return IntStream.range(0, PICTURES)
        .mapToObj(
            i -> Request.of("apple " + i % 3).withSteps(STEPS).withSize(32, 32).withSeed(7 + i))
        .toList();
  }

  private static void assertSamePictures(Outcome actual) {
    assertThat(actual.rgb().keySet()).isEqualTo(single.rgb().keySet());
    single
        .rgb()
        .forEach((i, rgb) -> assertThat(actual.rgb().get(i)).as("picture " + i).isEqualTo(rgb));
  }

  static Stream<Strategy> strategies() {
    return Strategies.all().stream();
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void everyStrategyMakesThePicturesOfOneDeviceAndIsFasterWhereItUsesTwo(Strategy strategy)
      throws Exception {
    SimulatedFleet fleet = fleet();
    try (Tandem tandem = fleet.open(model, Placement.on("a"))) {
      StageCosts costs = tandem.measure(DEVICES, requests().getFirst());
      Placement placement = strategy.place(tandem.job(requests()), DEVICES, costs);
      Outcome outcome = SimulatedFleet.run(tandem, placement, requests());
      assertSamePictures(outcome);
      assertThat(outcome.order()).isEqualTo(IntStream.range(0, PICTURES).boxed().toList());
      assertThat(outcome.report().incidents().first()).isEmpty();
      if (placement.devices().size() > 1) {
        assertThat(outcome.report().overlap().ratio()).isGreaterThan(0.2);
        assertThat(outcome.report().wallNs()).isLessThan(single.report().wallNs());
      }
    }
  }

  @Test
  void measuredCostsAreTheDevicesCosts() throws Exception {
    try (Tandem tandem = fleet().open(model, Placement.on("a"))) {
      StageCosts costs = tandem.measure(DEVICES, requests().getFirst());
      assertThat(costs.ns(StageCosts.Work.TEXT, "b")).isEqualTo(4 * SimulatedFleet.MS);
      assertThat(costs.ns(StageCosts.Work.STEP, "b")).isEqualTo(40 * SimulatedFleet.MS);
      assertThat(costs.ns(StageCosts.Work.HALF_STEP, "a")).isEqualTo(15 * SimulatedFleet.MS);
      assertThat(costs.ns(StageCosts.Work.DECODE, "a")).isEqualTo(60 * SimulatedFleet.MS);
      assertThat(costs.bytes(StageCosts.Work.DECODE, "a")).isPositive();
    }
  }

  @Test
  void aStagePipelineTakesFillSlowestStageAndDrain() {
    Outcome outcome = fleet().run(model, Placement.of("a", "a", "b"), requests());
    // Three prompts and the negative on a; the first decode can only begin after all its steps.
    long denoise = PICTURES * STEPS * 2 * 15L;
    long text = 4 * 3L;
    assertThat(outcome.report().wallNs() / SimulatedFleet.MS)
        .isBetween(denoise + 80, denoise + text + 80);
    assertSamePictures(outcome);
  }

  @Test
  void bothHalvesOfAStepRunAtTheSameTime() {
    Lane lane = new Lane(1, List.of("a"), List.of(DenoisePart.split("a", "b")), List.of("a"));
    Outcome outcome = fleet().run(model, Placement.of(List.of(lane)), requests());
    assertSamePictures(outcome);
    List<Span> halves =
        outcome.spans().stream()
            .filter(
                s -> s.kind() == Span.Kind.RUN && s.stage().equals("denoise") && s.picture() == 0)
            .toList();
    assertThat(halves).hasSize(2 * STEPS);
    assertThat(halves.stream().map(Span::device)).contains("a", "b");
    for (int step = 0; step < STEPS; step++) {
      int n = step;
      List<Span> both = halves.stream().filter(s -> s.step() == n).toList();
      assertThat(both.getFirst().startNs()).isLessThan(both.getLast().endNs());
      assertThat(both.getLast().startNs()).isLessThan(both.getFirst().endNs());
    }
  }

  @Test
  void picturesAreSharedOutBySpeed() {
    SimulatedFleet fleet =
        new SimulatedFleet().add("a", 1, 10, 20, Faults.NONE).add("b", 3, 30, 60, Faults.NONE);
    Placement data =
        Placement.of(List.of(Lane.of("a", "a", "a").withShare(3), Lane.of("b", "b", "b")));
    Outcome outcome = fleet.run(model, data, requests());
    assertSamePictures(outcome);
    long onB = pictures(outcome, "b");
    assertThat(onB).as("of " + PICTURES + ", b is a third as fast").isBetween(2L, 4L);
  }

  @Test
  void aLaneThatLagsIsGivenLess() {
    SimulatedFleet fleet =
        new SimulatedFleet().add("a", 1, 10, 20, Faults.NONE).add("b", 10, 200, 300, Faults.NONE);
    // Whoever wrote this believed both to be equally fast.
    Placement data = Placement.of(List.of(Lane.of("a", "a", "a"), Lane.of("b", "b", "b")));
    Outcome outcome = fleet.run(model, data, requests());
    assertSamePictures(outcome);
    assertThat(pictures(outcome, "b")).as("only the first, by which it was measured").isEqualTo(1);
  }

  private static long pictures(Outcome outcome, String device) {
    return outcome.spans().stream()
        .filter(
            s ->
                s.kind() == Span.Kind.STAGE
                    && s.stage().equals("denoise")
                    && s.device().equals(device))
        .count();
  }

  @Test
  void theVaeGoesWhereItIsFinishedFirstNotWhereSomethingIsIdle() {
    // b is always idle, but so slow at decoding that a, though busy, would be done before.
    SimulatedFleet slow =
        new SimulatedFleet().add("a", 1, 10, 10, Faults.NONE).add("b", 1, 10, 5000, Faults.NONE);
    Lane lane = new Lane(1, List.of("a"), List.of(DenoisePart.on("a")), List.of("a", "b"));
    Outcome outcome = slow.run(model, Placement.of(List.of(lane)), requests());
    assertSamePictures(outcome);
    assertThat(decoded(outcome, "b")).as("one, by which it was measured").isLessThanOrEqualTo(1);

    SimulatedFleet fast =
        new SimulatedFleet().add("a", 1, 10, 50, Faults.NONE).add("b", 1, 10, 60, Faults.NONE);
    assertThat(decoded(fast.run(model, Placement.of(List.of(lane)), requests()), "b"))
        .isGreaterThan(PICTURES / 2);
  }

  private static long decoded(Outcome outcome, String device) {
    return outcome.spans().stream()
        .filter(
            s ->
                s.kind() == Span.Kind.RUN
                    && s.stage().equals("decode")
                    && s.device().equals(device))
        .count();
  }

  @ParameterizedTest
  @EnumSource(value = Kind.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aDeviceThatGoesWrongMidRunLosesNoPictureWhateverTheStrategy(Kind kind) throws Exception {
    for (Strategy strategy : Strategies.all().subList(1, Strategies.all().size())) {
      for (int run : new int[] {25, 31, 40}) {
        SimulatedFleet fleet = fleet(Faults.from(run, kind));
        try (Tandem tandem = fleet.open(model, Placement.on("a"))) {
          StageCosts costs = tandem.measure(DEVICES, requests().getFirst());
          Placement placement = strategy.place(tandem.job(requests()), DEVICES, costs);
          Outcome outcome = SimulatedFleet.run(tandem, placement, requests());
          assertThat(outcome.ends()).as(strategy.name()).isEqualTo(PICTURES);
          assertThat(outcome.failures()).as(strategy.name()).isZero();
          assertSamePictures(outcome);
          for (Incident i : outcome.report().incidents().first()) {
            assertThat(i.device()).isEqualTo("b");
            assertThat(i.movedTo()).contains("a");
            assertThat(i.kind().name())
                .startsWith(kind.name().substring(0, 3).replace("HAN", "HUN"));
          }
        }
      }
    }
  }

  @Test
  void aHungDeviceIsNoticedByTheExpectedTimeAndSaidSo() {
    SimulatedFleet fleet = fleet(Faults.from(4, Kind.HANG));
    Outcome outcome = fleet.run(model, Placement.of("a", "a", "b"), requests());
    assertSamePictures(outcome);
    assertThat(outcome.report().incidents().first()).hasSize(1);
    Incident incident = outcome.report().incidents().first().getFirst();
    assertThat(incident.kind()).isEqualTo(Incident.Kind.HUNG);
    assertThat(incident.picture()).isEqualTo(4);
    assertThat(incident.movedTo()).contains("a");
    assertThat(incident.toString())
        .contains("device 'b' did not answer in decode of picture 4", "moved to 'a'", "1000 ms");
    // Ten times 80 ms is below the least limit of a second.
    assertThat(outcome.report().wallNs())
        .isLessThan(2 * single.report().wallNs() + 1000 * SimulatedFleet.MS);
  }

  @Test
  void aPlacementThatDoesNotFitIsRefusedBeforeAnythingRuns() {
    SimulatedFleet fleet =
        new SimulatedFleet()
            .add("a", 3, 15, 60, Faults.NONE)
            .add("b", 4, 20, 80, 100_000, Faults.NONE);
    assertThatThrownBy(() -> fleet.run(model, Placement.of("a", "b", "a"), requests()))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining("device 'b' may use 97.7 KiB of memory");
    assertThat(fleet.device("b").peakBytes()).isZero();
  }

  @Test
  void workMovesOnlyToADeviceThatHasTheMemory() {
    // b decodes, c cannot hold the U-Net: when a fails, its steps must go to b.
    SimulatedFleet fleet =
        new SimulatedFleet()
            .add("a", 3, 15, 60, Faults.from(12, Kind.FAIL))
            .add("b", 4, 20, 80, Faults.NONE)
            .add("c", 1, 1, 1, DECODER_BYTES, Faults.NONE);
    Outcome outcome = fleet.run(model, Placement.of("b", "a", "c"), requests());
    assertSamePictures(outcome);
    assertThat(fleet.device("c").peakBytes()).isLessThanOrEqualTo(DECODER_BYTES);
    assertThat(outcome.report().incidents().first().getLast().movedTo()).contains("b");
  }

  @Test
  void withoutAnotherDeviceThePictureFailsAloneAndTheNextIsTried() {
    SimulatedFleet fleet = new SimulatedFleet().add("a", 3, 15, 60, Faults.at(6, Kind.FAIL));
    Outcome outcome = fleet.run(model, Placement.on("a"), requests());
    assertThat(outcome.ends()).isEqualTo(PICTURES);
    assertThat(outcome.failures()).isEqualTo(1);
    assertThat(outcome.report().incidents().first()).hasSize(1);
    assertThat(outcome.report().incidents().first().getFirst().movedTo()).isEmpty();
  }

  @Test
  void theSameRunTwiceHasTheSameTimeline() {
    Placement p = Placement.of("a", "a", "b");
    List<Span> once = fleet().run(model, p, requests()).spans();
    assertThat(fleet().run(model, p, requests()).spans()).isEqualTo(once);
  }
}
