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
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.wiring.Watchdog;
import dev.tandem.planning.strategy.Strategies;
import dev.tandem.stages.quality.Psnr;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pictures of the default model on TornadoVM's devices, alone and beside others. */
@Tag(TornadoSpecs.TAG)
class TornadoPictureTest {
  private static final double LEAST_PSNR = 45;
  private static final int PICTURES = 2;
  private static final int STEPS = 3;
  private static final String CPU = "cpu:a,threads=1";

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

  private static void assertSame(
      Map<Integer, byte[]> expected, SimulatedFleet.Outcome outcome, String what) {
    assertThat(outcome.failures()).as(what).isZero();
    assertThat(outcome.order()).as(what).isEqualTo(List.of(0, 1));
    expected.forEach(
        (i, rgb) ->
            assertThat(Psnr.of(outcome.rgb().get(i), rgb))
                .as("PSNR of picture %s, %s, dB", i, what)
                .isGreaterThan(LEAST_PSNR));
  }

  /** In the model's own size, with every operation on the device. */
  @ParameterizedTest
  @MethodSource("dev.tandem.conformance.TornadoSpecs#first")
  void theSameSeedGivesThePictureOfTheProcessor(String spec) {
    byte[] rgb = NoFallbackTest.assertOperations(spec, spec, spec);
    assertThat(Psnr.of(rgb, Run.of(NoFallbackTest.REQUEST, "cpu").rgb()))
        .as("dB")
        .isGreaterThan(LEAST_PSNR);
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

  /** One after the other with the same devices: compiling takes longest. */
  @ParameterizedTest
  @MethodSource("dev.tandem.conformance.TornadoSpecs#first")
  void itIsOneSideOfEveryStrategy(String spec) {
    try (Tandem tandem = Tandem.open(Run.MODEL, Placement.on(spec))) {
      for (List<String> pair : List.of(List.of(spec, CPU), List.of("opencl:0", spec))) {
        for (String name : List.of("stage", "free", "guidance", "data", "steps")) {
          Placement placement =
              Strategies.of(name).place(tandem.job(requests()), pair, new Alike());
          String what = name + " on " + pair;
          assertThat(placement.devices()).as(what).containsExactlyInAnyOrderElementsOf(pair);
          assertSame(expected, SimulatedFleet.run(tandem, placement, requests()), what);
        }
      }
    }
  }

  /** It fails in its second picture. */
  @ParameterizedTest
  @MethodSource("dev.tandem.conformance.TornadoSpecs#first")
  void aTaskThatFailsMovesThePicture(String spec, @TempDir Path folder) throws IOException {
    Path model = TinyModel.write(folder);
    Map<Integer, byte[]> right;
    try (Tandem tandem = Tandem.open(model, Placement.on(CPU))) {
      right = SimulatedFleet.run(tandem, Placement.on(CPU), requests()).rgb();
    }
    List<DenoisePart> parts = List.of(DenoisePart.of(1, CPU), DenoisePart.on(spec));
    Placement placement = Placement.of(List.of(new Lane(1, List.of(CPU), parts, List.of(CPU))));
    try (Tandem tandem =
        Tandem.open(
            model,
            placement,
            RunOptions.DEFAULT,
            TornadoPictureTest::failing,
            new Threads(),
            Watchdog.DEFAULT)) {
      SimulatedFleet.Outcome outcome = SimulatedFleet.run(tandem, placement, requests());
      assertSame(right, outcome, spec);
      assertThat(outcome.report().incidents().first()).hasSize(1);
      Incident incident = outcome.report().incidents().first().getFirst();
      assertThat(incident.device()).isEqualTo(spec);
      assertThat(incident.movedTo()).contains(CPU);
      assertThat(incident.picture()).isEqualTo(1);
    }
  }

  private static Device failing(String id) {
    Device device = Devices.open(id);
    return id.equals(CPU)
        ? device
        : new FaultyDevice(device, Faults.from(STEPS, Kind.FAIL), new ScaledTime(1));
  }
}
