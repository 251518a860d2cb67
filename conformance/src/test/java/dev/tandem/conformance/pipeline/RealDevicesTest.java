package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

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
import dev.tandem.orchestrator.placement.Order;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.wiring.Watchdog;
import dev.tandem.planning.strategy.Strategies;
import dev.tandem.planning.strategy.Strategy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every strategy on pairs of real devices, with threads: two OpenCL sub-devices of one core each,
 * and the CPU with an OpenCL device. PoCL must be there; these tests fail without it.
 */
class RealDevicesTest {
  private static final Path MODEL = Path.of(System.getProperty("tandem.root"), "models/default");
  private static final int PICTURES = 4;
  private static final int STEPS = 3;
  private static final double LEAST_PSNR = 45;
  private static final String CPU_A = "cpu:a,threads=1";
  private static final String CPU_B = "cpu:b,threads=1";

  private static Map<Integer, byte[]> expected;

  @BeforeAll
  static void onOneDevice() {
    try (Tandem tandem = Tandem.open(MODEL, Placement.on(CPU_A))) {
      expected = SimulatedFleet.run(tandem, Placement.on(CPU_A), requests()).rgb();
    }
    assertThat(expected).hasSize(PICTURES);
    assertThat(psnr(expected.get(0), expected.get(1)))
        .as("two pictures differ, so the bound can be broken")
        .isLessThan(30);
  }

  private static List<Request> requests() {
    List<String> prompts = List.of("red apple, flat style", "penguin, noto style");
    return IntStream.range(0, PICTURES)
        .mapToObj(i -> Request.of(prompts.get(i % 2)).withSteps(STEPS).withSize(64, 64).withSeed(i))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"opencl:0.0;opencl:0.1", CPU_A + ";opencl:0.0"})
  void everyStrategyMakesThePicturesOfOneDevice(String pair) throws Exception {
    List<String> devices = List.of(pair.split(";"));
    try (Tandem tandem = Tandem.open(MODEL, Placement.on(devices.getFirst()))) {
      StageCosts costs = tandem.measure(devices, requests().getFirst());
      for (Strategy strategy : Strategies.all()) {
        Placement placement = strategy.place(tandem.job(requests()), devices, costs);
        assertSame(
            SimulatedFleet.run(tandem, placement, requests()), strategy.name() + " on " + devices);
      }
    }
  }

  private static void assertSame(SimulatedFleet.Outcome outcome, String what) {
    assertThat(outcome.failures()).as(what).isZero();
    assertThat(outcome.order()).as(what).isEqualTo(List.of(0, 1, 2, 3));
    expected.forEach(
        (i, rgb) ->
            assertThat(psnr(rgb, outcome.rgb().get(i)))
                .as("PSNR of picture " + i + ", " + what)
                .isGreaterThan(LEAST_PSNR));
  }

  /** Peak signal-to-noise ratio, dB. */
  private static double psnr(byte[] a, byte[] b) {
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      int d = (a[i] & 255) - (b[i] & 255);
      squares += d * d;
    }
    return squares == 0
        ? Double.POSITIVE_INFINITY
        : 10 * Math.log10(255.0 * 255.0 * a.length / squares);
  }

  @Test
  void picturesComeOutAsTheyAreFinishedIfAsked() {
    Placement data =
        Placement.of(List.of(Lane.of(CPU_A, CPU_A, CPU_A), Lane.of(CPU_B, CPU_B, CPU_B)))
            .withOrder(Order.FINISHED);
    try (Tandem tandem = Tandem.open(MODEL, data)) {
      SimulatedFleet.Outcome outcome = SimulatedFleet.run(tandem, data, requests());
      assertThat(outcome.order()).containsExactlyInAnyOrder(0, 1, 2, 3);
      assertThat(outcome.failures()).isZero();
    }
  }

  /** Device b goes wrong in the middle of the third picture. */
  @ParameterizedTest
  @EnumSource(value = Kind.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aDeviceThatGoesWrongMidRunLosesNoPicture(Kind kind) {
    Lane split =
        new Lane(
            1,
            List.of(CPU_A),
            List.of(DenoisePart.of(1, CPU_A), DenoisePart.on(CPU_B)),
            List.of(CPU_A));
    Placement placement = Placement.of(List.of(split));
    Watchdog watchdog = new Watchdog(10, Duration.ofSeconds(8), Duration.ofMinutes(5));
    try (Tandem tandem =
        Tandem.open(
            MODEL, placement, RunOptions.DEFAULT, id -> open(id, kind), new Threads(), watchdog)) {
      SimulatedFleet.Outcome outcome = SimulatedFleet.run(tandem, placement, requests());
      assertSame(outcome, kind + " on " + CPU_B);
      assertThat(outcome.report().incidents().first()).hasSize(1);
      Incident incident = outcome.report().incidents().first().getFirst();
      assertThat(incident.device()).isEqualTo(CPU_B);
      assertThat(incident.movedTo()).contains(CPU_A);
      assertThat(incident.picture()).isEqualTo(2);
      assertThat(incident.step()).isEqualTo(2);
    }
  }

  private static Device open(String id, Kind kind) {
    Device device = Devices.open(id);
    return id.equals(CPU_B)
        ? new FaultyDevice(device, Faults.from(5, kind), new ScaledTime(1))
        : device;
  }
}
