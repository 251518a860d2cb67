package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.conformance.pipeline.SimulatedFleet.Outcome;
import dev.tandem.devices.simulated.Faults;
import dev.tandem.devices.simulated.Faults.Kind;
import dev.tandem.devices.simulated.SimulatedCosts;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.orchestrator.result.Evaluations;
import dev.tandem.orchestrator.wiring.Watchdog;
import dev.tandem.planning.strategy.Strategies;
import dev.tandem.planning.strategy.Strategy;
import dev.tandem.stages.ModelOptions;
import dev.tandem.stages.StepCache;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs with a cache on simulated devices, whose outputs depend on every bit of their inputs: a
 * feature of another picture, half or evaluation gives another picture.
 */
class CachedRunTest {
  private static final int PICTURES = 6;
  private static final int STEPS = 10;
  private static final ModelOptions DEEP = cache("deep:3");

  /** Bound by arithmetic, so that a shallow evaluation is cheaper. */
  private static final SimulatedCosts RATES = new SimulatedCosts.Rates(1e9, 1e15, 0);

  @TempDir static Path folder;

  private static Path model;
  private static Map<Integer, byte[]> alone;

  @BeforeAll
  static void makeModel() throws IOException {
    model = TinyModel.write(folder.resolve("tiny"));
    alone = fleet("a").run(model, Placement.on("a"), DEEP, requests()).rgb();
  }

  private static ModelOptions cache(String text) {
    return ModelOptions.DEFAULT.withCache(StepCache.parse(text));
  }

  private static SimulatedFleet fleet(String... ids) {
    SimulatedFleet fleet = new SimulatedFleet();
    for (int i = 0; i < ids.length; i++) {
      fleet.add(ids[i], 3 + i, 15 + 7L * i, 60, Faults.NONE);
    }
    return fleet;
  }

  private static List<Request> requests() {
    return IntStream.range(0, PICTURES)
        .mapToObj(
            i -> Request.of("apple " + i % 3).withSteps(STEPS).withSize(32, 32).withSeed(7 + i))
        .toList();
  }

  private static void assertAlone(Outcome outcome) {
    assertThat(outcome.failures()).isZero();
    assertThat(outcome.rgb()).hasSize(PICTURES);
    outcome.rgb().forEach((i, rgb) -> assertThat(rgb).as("picture " + i).isEqualTo(alone.get(i)));
    assertThat(outcome.report().evaluations())
        .isEqualTo(new Evaluations(4 * PICTURES, 6 * PICTURES));
  }

  @Test
  void aCacheDrawsOtherPictures() {
    Map<Integer, byte[]> whole = fleet("a").run(model, Placement.on("a"), requests()).rgb();
    Map<Integer, byte[]> every =
        fleet("a").run(model, Placement.on("a"), cache("deep:1"), requests()).rgb();
    for (int i = 0; i < PICTURES; i++) {
      assertThat(alone.get(i)).isNotEqualTo(whole.get(i));
      assertThat(every.get(i)).isEqualTo(whole.get(i));
    }
  }

  /** Costs of {@code a}; the others are slower. */
  private record Costs() implements StageCosts {
    @Override
    public long ns(Work work, String device) {
      return (work == Work.STEP ? 30 : 15) * SimulatedFleet.MS * (1 + device.charAt(0) - 'a');
    }

    @Override
    public long bytes(Work work, String device) {
      return 1;
    }

    @Override
    public long memoryBytes(String device) {
      return 1 << 30;
    }
  }

  static Stream<String> strategies() {
    return Strategies.all().stream().map(Strategy::name);
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void everyStrategyDrawsWhatOneDeviceDraws(String strategy) {
    List<String> ids = List.of("a", "b");
    Job job = new Job(PICTURES, 4, STEPS, true, 32, 32);
    Placement placement = Strategies.of(strategy).place(job, ids, new Costs());
    assertAlone(fleet("a", "b").run(model, placement, DEEP, requests()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void devicesThatFailLeaveNothingBehind(int seed) {
    Random random = new Random(seed);
    SimulatedFleet fleet = fleet("a");
    Kind kind = List.of(Kind.FAIL, Kind.HANG, Kind.OUT_OF_MEMORY).get(seed % 3);
    fleet.add("b", 2, 9, 50, Faults.from(5 + random.nextInt(40), kind));
    fleet.add("c", 2, 12, 40, Faults.at(random.nextInt(40), kind));
    Placement placement;
    do { // a device that never goes wrong must be among them
      placement = SimulatedRunPropertiesTest.randomPlacement(random, List.of("a", "b", "c"));
    } while (!placement.devices().contains("a"));
    assertAlone(fleet.run(model, placement, DEEP, requests()));
  }

  /** A limit of the cheap evaluations would end the dear ones. */
  @Test
  void aDearEvaluationAfterCheapOnesIsNoHang() {
    Watchdog strict = new Watchdog(1.5, Duration.ZERO, Duration.ofMinutes(1));
    for (String cache : List.of("deep:10", "deep:2", "first-block:0.1")) {
      SimulatedFleet fleet = new SimulatedFleet();
      fleet.add("a", RATES, 16L << 30, Faults.NONE).add("b", RATES, 16L << 30, Faults.NONE);
      Placement both = SimulatedRunPropertiesTest.randomPlacement(new Random(4), List.of("a", "b"));
      List<Request> many = requests().stream().map(r -> r.withSteps(25)).toList();
      try (Tandem tandem = fleet.open(model, both, cache(cache), strict)) {
        Outcome outcome = SimulatedFleet.run(tandem, both, many);
        assertThat(outcome.report().incidents().first()).as(cache).isEmpty();
        assertThat(outcome.failures()).isZero();
      }
    }
  }

  @Test
  void aHangIsFoundAllTheSame() {
    SimulatedFleet fleet = fleet("a").add("b", 2, 9, 50, Faults.at(30, Kind.HANG));
    Outcome outcome = fleet.run(model, Placement.of("a", "b", "a"), DEEP, requests());
    assertAlone(outcome);
    assertThat(outcome.report().incidents().count()).isEqualTo(1);
  }

  /** What is measured beforehand is the mean over the interval. */
  @Test
  void aCheaperStepIsExpectedToBeCheaper() throws InterruptedException {
    double whole = stepNs("off");
    double deep = stepNs("deep:4");
    double shallow = (4 * deep - whole) / 3;
    assertThat(shallow / whole).as("f").isBetween(0.02, 0.6);
    assertThat(stepNs("deep:2"))
        .isBetween(0.95 * (whole + shallow) / 2, 1.05 * (whole + shallow) / 2);
    assertThat(stepNs("first-block:0.1")).as("no gain is promised").isBetween(whole, 1.2 * whole);
  }

  private static double stepNs(String cache) throws InterruptedException {
    SimulatedFleet fleet = new SimulatedFleet().add("a", RATES, 16L << 30, Faults.NONE);
    Watchdog watchdog = new Watchdog(10, Duration.ofSeconds(1), Duration.ofMinutes(1));
    try (Tandem tandem = fleet.open(model, Placement.on("a"), cache(cache), watchdog)) {
      return tandem.measure(List.of("a"), requests().getFirst()).ns(Work.STEP, "a");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "deep:2, 7, ddim, has 7",
    "first-block:0.1, 7, ddim, has 7",
    "deep:2, 20, lcm, student",
    "deep:2, 3, heun, has 5"
  })
  void whatCannotPayIsRefusedBeforeItRuns(String cache, int steps, String sampler, String why) {
    Request request = requests().getFirst().withSteps(steps).withSampler(sampler);
    try (Tandem tandem =
        fleet("a")
            .open(
                model,
                Placement.on("a"),
                cache(cache),
                new Watchdog(10, Duration.ofSeconds(1), Duration.ofMinutes(1)))) {
      assertThatThrownBy(() -> tandem.generate(request))
          .isInstanceOf(RequestException.class)
          .hasMessageContainingAll("cache " + cache, why);
    }
  }
}
