package dev.tandem.planning.simulate;

import dev.tandem.orchestrator.engine.Breakdown;
import dev.tandem.orchestrator.engine.Completion;
import dev.tandem.orchestrator.engine.Engine;
import dev.tandem.orchestrator.engine.Junction;
import dev.tandem.orchestrator.engine.Station;
import dev.tandem.orchestrator.engine.VirtualTime;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.Timeline;
import dev.tandem.orchestrator.wiring.LiveCosts;
import dev.tandem.orchestrator.wiring.PicturesLeft;
import dev.tandem.orchestrator.wiring.Place;
import dev.tandem.orchestrator.wiring.RunContext;
import dev.tandem.orchestrator.wiring.Watchdog;
import dev.tandem.orchestrator.wiring.Wiring;
import dev.tandem.planning.simulate.Simulation.DeviceUse;
import dev.tandem.planning.simulate.Simulation.PictureTimes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs a placement in virtual time: by the engine that runs pictures, with work that only spends
 * what the costs say. Each instance simulates one run.
 */
public final class Simulator {
  private final Job job;
  private final Placement placement;
  private final SimulationCosts costs;
  private final VirtualTime time;
  private final List<Span> spans = new ArrayList<>();
  private final double[] startedNs;
  private final double[] outNs;
  private final int[] laneOf;
  private final Breakdown breakdown = new Breakdown();
  private final Junction<SimulatedTask> first;
  private final Engine.Exit exit;
  private final Engine<SimulatedTask> engine;

  private Simulator(Job job, Placement placement, SimulationCosts costs) {
    this.job = job;
    this.placement = placement;
    this.costs = costs;
    startedNs = new double[job.pictures()];
    Arrays.fill(startedNs, -1);
    outNs = new double[job.pictures()];
    laneOf = new int[job.pictures()];
    time =
        new VirtualTime(
            (device, work, other, otherWork) ->
                costs.slowdown(device, (Work) work, other, (Work) otherWork));
    Timeline timeline = Timeline.simulated(spans::add);
    LiveCosts expected = new LiveCosts();
    expected.expect(job.kind(), placement.devices(), costs);
    List<Place> places =
        placement.devices().stream().map(d -> new Place(time.queue(d, () -> {}))).toList();
    PicturesLeft left = new PicturesLeft();
    left.announce(job.pictures());
    Wiring<SimulatedTask> wiring =
        new Wiring<>(
            new RunContext(places, expected, Watchdog.DEFAULT, timeline, time),
            new SimulatedWorkload(costs, time, startedNs),
            placement,
            Wiring.Entries.usual(),
            Wiring.Depths.USUAL,
            left);
    first = wiring.first();
    exit = wiring.exit(first, (long) job.width() * job.height());
    engine = new Engine<>(first, time, exit, timeline, new Ends(), breakdown);
  }

  /** Simulates a job on a placement, in bounded time and memory whatever the number of pictures. */
  public static Simulation run(Job job, Placement placement, SimulationCosts costs) {
    LongRun run = LongRun.of(job, placement, costs);
    return run.isLong() ? run.run() : exact(job, placement, costs);
  }

  /** Simulates every picture. */
  static Simulation exact(Job job, Placement placement, SimulationCosts costs) {
    return new Simulator(job, placement, costs).run();
  }

  /** Pictures that may be in flight. */
  static int window(Job job, Placement placement, SimulationCosts costs) {
    Job one = new Job(1, 1, job.evaluations(), job.guided(), job.width(), job.height());
    return new Simulator(one, placement, costs).exit.window();
  }

  /** The most pictures any stage of a simulated run held: for tests. */
  static int mostHeld(Job job, Placement placement, SimulationCosts costs) {
    Simulator s = new Simulator(job, placement, costs);
    s.run();
    return mostHeld(s.first);
  }

  private static int mostHeld(Junction<SimulatedTask> junction) {
    int most = 0;
    for (Station<SimulatedTask> s : junction.stations()) {
      most = Math.max(most, s.mostHeld());
      Optional<Junction<SimulatedTask>> next = s.next();
      most = Math.max(most, next.map(Simulator::mostHeld).orElse(0));
    }
    return most;
  }

  private Simulation run() {
    try {
      for (int i = 0; i < job.pictures(); i++) {
        engine.awaitRoom(); // as a closed list of requests is submitted
        engine.submit(new SimulatedTask(i, job));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nothing waits in virtual time", e);
    }
    engine.close();
    breakdown
        .cause()
        .ifPresent(
            e -> {
              throw new IllegalStateException("simulation of " + placement + " broke off", e);
            });
    List<PictureTimes> times = new ArrayList<>();
    for (int i = 0; i < job.pictures(); i++) {
      times.add(new PictureTimes(i, laneOf[i], startedNs[i], outNs[i]));
    }
    double makespan = Arrays.stream(outNs).max().orElse(0);
    return new Simulation(
        job.pictures(),
        makespan,
        times,
        List.of(Simulation.Sample.of(times)),
        0,
        uses(makespan),
        time.anyNs(),
        time.twoNs(),
        spans);
  }

  /** Handing out takes its time as well. */
  private final class Ends implements Completion<SimulatedTask> {
    @Override
    public void completed(SimulatedTask task) {
      laneOf[task.index()] = task.lane();
      outNs[task.index()] = time.exactNow() + costs.outputNs();
      time.spend(costs.outputNs());
    }

    @Override
    public void failed(SimulatedTask task, Throwable cause) {
      breakdown.report(cause);
    }
  }

  private Map<String, DeviceUse> uses(double makespan) {
    Map<String, Long> memory = MemoryNeed.of(job, placement, costs).bytes();
    Map<String, DeviceUse> uses = new LinkedHashMap<>();
    for (String d : placement.devices()) {
      double ns = time.busyNs(d);
      uses.put(d, new DeviceUse(ns, Math.max(0, makespan - ns), memory.get(d), costs.power(d)));
    }
    return uses;
  }
}
