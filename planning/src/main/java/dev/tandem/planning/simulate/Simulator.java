package dev.tandem.planning.simulate;

import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Order;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.planning.simulate.Simulation.DeviceUse;
import dev.tandem.planning.simulate.Simulation.PictureTimes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs a placement in simulated time. Each instance simulates one run. */
public final class Simulator {
  /** Pictures that a stage holds where the placement leaves it open. */
  static final int USUAL_DEPTH = 4;

  private final Job job;
  private final Placement placement;
  private final SimulationCosts costs;
  private final EventQueue events = new EventQueue();
  private final SimulatedDevices devices;
  private final SimulatedWiring wiring;
  private final SimulatedJunction entrance;
  private final double[] startedNs;
  private final double[] outNs;
  private final int[] laneOf;
  private final boolean[] finished;
  private double outputFreeNs;
  private int nextIn;
  private int nextOut;
  private int out;

  private Simulator(Job job, Placement placement, SimulationCosts costs) {
    this.job = job;
    this.placement = placement;
    this.costs = costs;
    startedNs = new double[job.pictures()];
    outNs = new double[job.pictures()];
    laneOf = new int[job.pictures()];
    finished = new boolean[job.pictures()];
    Commitments commitments = new Commitments(costs);
    devices = new SimulatedDevices(events, costs, placement.devices());
    SimulatedWork work = new SimulatedWork(job, costs, events, devices, commitments);
    int depth =
        placement.ringDepth() == Placement.DEPTH_BY_MEMORY ? USUAL_DEPTH : placement.ringDepth();
    wiring = new SimulatedWiring(job, placement, depth, costs, work, commitments);
    entrance =
        wiring.first(
            picture -> startedNs[picture] = events.nowNs(),
            (picture, lane) -> laneOf[picture] = lane,
            this::decoded);
    devices.onEnd(wiring::reconsider);
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

  /** The most pictures any stage of a simulated run held: for tests. */
  static int mostHeld(Job job, Placement placement, SimulationCosts costs) {
    Simulator s = new Simulator(job, placement, costs);
    s.run();
    return s.wiring.mostHeld();
  }

  private Simulation run() {
    events.after(0, this::feed);
    events.run();
    if (out < job.pictures()) {
      throw new IllegalStateException(
          "simulation of " + placement + " stopped after " + out + " of " + job.pictures());
    }
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
        devices.anyNs(),
        devices.twoNs(),
        devices.spans());
  }

  /** One picture after the other, as there is room. */
  private void feed() {
    if (nextIn < job.pictures()) {
      entrance.enter(nextIn++, () -> events.after(0, this::feed));
    }
  }

  private void decoded(int picture) {
    finished[picture] = true;
    if (placement.order() == Order.FINISHED) {
      output(picture);
    } else {
      while (nextOut < job.pictures() && finished[nextOut]) {
        output(nextOut++);
      }
    }
  }

  private void output(int picture) {
    outputFreeNs = Math.max(outputFreeNs, events.nowNs()) + costs.outputNs();
    outNs[picture] = outputFreeNs;
    out++;
  }

  private Map<String, DeviceUse> uses(double makespan) {
    Map<String, Long> memory = MemoryNeed.of(job, placement, costs).bytes();
    Map<String, DeviceUse> uses = new LinkedHashMap<>();
    for (String d : placement.devices()) {
      double ns = devices.busyNs(d);
      uses.put(d, new DeviceUse(ns, Math.max(0, makespan - ns), memory.get(d), costs.power(d)));
    }
    return uses;
  }
}
