package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.conformance.TornadoSpecs;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.simulated.Faults;
import dev.tandem.devices.simulated.Faults.Kind;
import dev.tandem.devices.simulated.FaultyDevice;
import dev.tandem.devices.simulated.ScaledTime;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.engine.Incident;
import dev.tandem.orchestrator.engine.Threads;
import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts;
import dev.tandem.orchestrator.request.DeviceOptions;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.wiring.Watchdog;
import dev.tandem.planning.strategy.Strategies;
import dev.tandem.stages.quality.Psnr;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Pictures of the default model on TornadoVM's devices, alone and beside others. */
@Tag(TornadoSpecs.TAG)
class TornadoPictureTest {
  private static final double LEAST_PSNR = 45;
  private static final int PICTURES = 2;
  private static final int STEPS = 3;
  private static final String CPU = "cpu:a,threads=1";
  private static final List<String> SPECS = TornadoSpecs.first();

  private static Map<Integer, byte[]> expected;

  @BeforeAll
  static void onTheProcessor() {
    expected = run(Placement.on(CPU)).rgb();
    assertThat(expected).hasSize(PICTURES);
  }

  private static List<Request> requests() {
    return IntStream.range(0, PICTURES)
        .mapToObj(i -> Request.of("red apple").withSteps(STEPS).withSize(64, 64).withSeed(i))
        .toList();
  }

  private static SimulatedFleet.Outcome run(Placement placement) {
    try (Tandem tandem = Tandem.open(Run.MODEL, placement)) {
      return SimulatedFleet.run(tandem, placement, requests());
    }
  }

  private static void assertSame(SimulatedFleet.Outcome outcome, String what) {
    assertThat(outcome.failures()).as(what).isZero();
    assertThat(outcome.order()).as(what).isEqualTo(List.of(0, 1));
    expected.forEach(
        (i, rgb) ->
            assertThat(Psnr.of(outcome.rgb().get(i), rgb))
                .as("PSNR of picture %s, %s, dB", i, what)
                .isGreaterThan(LEAST_PSNR));
  }

  /** In the model's own size. */
  @ParameterizedTest
  @MethodSource("dev.tandem.conformance.TornadoSpecs#first")
  void theSameSeedGivesThePictureOfTheProcessor(String spec) {
    Request request = Request.of("red apple, flat style").withSeed(11).withSteps(STEPS);
    assertThat(Psnr.of(Run.of(request, spec).rgb(), Run.of(request, "cpu").rgb()))
        .as("dB")
        .isGreaterThan(LEAST_PSNR);
  }

  @ParameterizedTest
  @MethodSource("dev.tandem.conformance.TornadoSpecs#first")
  void everyOperationRunsOnTheDevice(String spec) {
    NoFallbackTest.assertOperations(spec, spec, spec);
  }

  record Pair(String first, String second) {}

  static Stream<Pair> pairs() {
    return SPECS.stream().flatMap(s -> Stream.of(new Pair(s, CPU), new Pair("opencl:0", s)));
  }

  /** Costs that are alike, so that no strategy leaves a device out. */
  private static final class Alike implements StageCosts {
    @Override
    public long ns(Work work, String device) {
      return 1_000_000;
    }

    @Override
    public long bytes(Work work, String device) {
      return 1 << 20;
    }

    @Override
    public long memoryBytes(String device) {
      return 1L << 34;
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void itIsOneSideOfEveryStrategy(Pair pair) {
    List<String> devices = List.of(pair.first(), pair.second());
    try (Tandem tandem = Tandem.open(Run.MODEL, Placement.on(pair.first()))) {
      for (String name : List.of("stage", "free", "guidance", "data", "steps")) {
        Placement placement =
            Strategies.of(name).place(tandem.job(requests()), devices, new Alike());
        String what = name + " on " + devices;
        assertThat(placement.devices()).as(what).containsExactlyInAnyOrderElementsOf(devices);
        assertSame(SimulatedFleet.run(tandem, placement, requests()), what);
      }
    }
  }

  /** It goes wrong in its second picture. */
  @ParameterizedTest
  @MethodSource("kinds")
  void aTaskThatGoesWrongMovesThePicture(String spec, Kind kind) {
    Lane split =
        new Lane(
            1, List.of(CPU), List.of(DenoisePart.of(1, CPU), DenoisePart.on(spec)), List.of(CPU));
    Placement placement = Placement.of(List.of(split));
    Watchdog watchdog = new Watchdog(10, Duration.ofSeconds(8), Duration.ofMinutes(5));
    try (Tandem tandem =
        Tandem.open(
            Run.MODEL,
            placement,
            DeviceOptions.DEFAULT,
            id -> open(id, kind),
            new Threads(),
            watchdog)) {
      SimulatedFleet.Outcome outcome = SimulatedFleet.run(tandem, placement, requests());
      assertSame(outcome, kind + " on " + spec);
      assertThat(outcome.report().incidents().first()).hasSize(1);
      Incident incident = outcome.report().incidents().first().getFirst();
      assertThat(incident.device()).isEqualTo(spec);
      assertThat(incident.movedTo()).contains(CPU);
      assertThat(incident.picture()).isEqualTo(1);
    }
  }

  static Stream<Arguments> kinds() {
    return Stream.of(Kind.FAIL, Kind.OUT_OF_MEMORY, Kind.HANG)
        .map(kind -> Arguments.of(SPECS.getFirst(), kind));
  }

  private static Device open(String id, Kind kind) {
    Device device = Devices.open(id);
    return id.equals(CPU)
        ? device
        : new FaultyDevice(device, Faults.from(STEPS, kind), new ScaledTime(1));
  }
}
