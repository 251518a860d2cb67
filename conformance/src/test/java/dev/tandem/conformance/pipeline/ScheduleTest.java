package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.conformance.pipeline.SimulatedFleet.Outcome;
import dev.tandem.devices.simulated.Faults;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.planning.simulate.Simulation;
import dev.tandem.planning.simulate.SimulationCosts;
import dev.tandem.planning.simulate.Simulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * A run of the real stages on devices whose costs are known exactly, and the simulation from those
 * costs: every run of every device begins and ends at the same nanosecond.
 */
class ScheduleTest {
  private static final long MS = SimulatedFleet.MS;

  private static Path model;

  @BeforeContainer
  static void makeModel() throws IOException {
    model = TinyModel.write(Files.createTempDirectory("tandem-tiny"));
  }

  @AfterContainer
  static void removeModel() throws IOException {
    try (Stream<Path> all = Files.walk(model)) {
      for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(p);
      }
    }
  }

  /** What a device takes, ms. */
  private record Times(long text, long unet, long vae) {}

  /** The costs of the fleet's devices. */
  private record Costs(Map<String, Times> times, double slowdown) implements SimulationCosts {
    @Override
    public double deviceNs(Work work, String device) {
      Times t = times.get(device);
      return MS
          * switch (work) {
            case TEXT -> t.text;
            case STEP -> 2 * t.unet;
            case HALF_STEP -> t.unet;
            case DECODE, IMAGE -> t.vae;
          };
    }

    @Override
    public double slowdown(String device, Work work, String other, Work otherWork) {
      return slowdown;
    }

    @Override
    public long bytes(Work work, String device) {
      return 1;
    }

    @Override
    public long memoryBytes(String device) {
      return Long.MAX_VALUE / 4;
    }
  }

  /** A run of a device, as both know it. */
  private record Run(String stage, String device, int picture, int step, long from, long to) {
    private static List<Run> of(List<Span> spans) {
      return spans.stream()
          .filter(s -> s.kind() == Span.Kind.RUN)
          .map(s -> new Run(s.stage(), s.device(), s.picture(), s.step(), s.startNs(), s.endNs()))
          .sorted(Comparator.comparingLong(Run::from).thenComparing(Run::device))
          .toList();
    }
  }

  @Property(tries = 200)
  void theSimulationIsTheRun(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    List<String> ids = List.of("a", "b", "c").subList(0, 1 + random.nextInt(3));
    double slowdown = random.nextBoolean() ? 1 : 1 + random.nextInt(4) / 4.0;
    SimulatedFleet fleet = new SimulatedFleet(slowdown);
    Map<String, Times> times = new HashMap<>();
    for (String id : ids) {
      Times t = new Times(1 + random.nextInt(9), 1 + random.nextInt(40), 1 + random.nextInt(99));
      times.put(id, t);
      fleet.add(id, t.text, t.unet, t.vae, Faults.NONE);
    }
    int pictures = 1 + random.nextInt(12);
    List<Request> requests =
        IntStream.range(0, pictures)
            .mapToObj(i -> Request.of("apple " + i % 3).withSteps(4).withSize(32, 32).withSeed(i))
            .toList();
    Placement placement = SimulatedRunPropertiesTest.randomPlacement(random, ids);
    Costs costs = new Costs(times, slowdown);
    try (Tandem tandem = fleet.open(model, placement)) {
      Job job = tandem.job(requests);
      tandem.expect(job, placement.devices(), costs);
      Outcome outcome = SimulatedFleet.run(tandem, placement, requests);
      assertThat(outcome.failures()).isZero();
      Simulation simulation = Simulator.run(job, placement, costs);
      assertThat(Run.of(simulation.spans())).isEqualTo(Run.of(outcome.spans()));
      assertThat(Math.round(simulation.makespanNs())).isEqualTo(outcome.report().wallNs());
    }
  }
}
