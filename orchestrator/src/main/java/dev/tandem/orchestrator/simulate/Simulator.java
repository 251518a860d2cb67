package dev.tandem.orchestrator.simulate;

import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Order;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.simulate.Simulation.DeviceUse;
import dev.tandem.orchestrator.simulate.Simulation.PictureTimes;
import dev.tandem.orchestrator.timeline.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Runs a placement in simulated time. Each instance simulates one run. */
public final class Simulator {
  /** Pictures that a stage holds where the placement leaves it open. */
  static final int USUAL_DEPTH = 3;

  private final Job job;
  private final Placement placement;
  private final SimulationCosts costs;
  private final EventQueue events = new EventQueue();
  private final SimulatedDevices devices;
  private final List<SimulatedLane> lanes = new ArrayList<>();
  private final int[] inLane;
  private final double[] freeAtNs;
  private final double[] pictureNs;
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
    devices = new SimulatedDevices(events, costs, placement.devices());
    startedNs = new double[job.pictures()];
    outNs = new double[job.pictures()];
    laneOf = new int[job.pictures()];
    finished = new boolean[job.pictures()];
    SimulatedWork work = new SimulatedWork(job, costs, events, devices);
    int depth =
        placement.ringDepth() == Placement.DEPTH_BY_MEMORY ? USUAL_DEPTH : placement.ringDepth();
    for (int i = 0; i < placement.lanes().size(); i++) {
      int lane = i;
      lanes.add(
          new SimulatedLane(
              placement.lanes().get(i),
              job.evaluations(),
              depth,
              work,
              picture -> startedNs[picture] = events.nowNs(),
              (picture, accepted) -> decoded(lane, picture, accepted)));
    }
    inLane = new int[lanes.size()];
    freeAtNs = new double[lanes.size()];
    pictureNs = IntStream.range(0, lanes.size()).mapToDouble(this::pictureNs).toArray();
  }

  /** Simulates a job on a placement. */
  public static Simulation run(Job job, Placement placement, SimulationCosts costs) {
    return new Simulator(job, placement, costs).run();
  }

  private Simulation run() {
    feed();
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
    return new Simulation(makespan, times, uses(makespan), devices.spans());
  }

  /** One lane takes pictures as its first ring has room; several are given them when free. */
  private void feed() {
    if (nextIn >= job.pictures()) {
      return;
    }
    if (lanes.size() == 1) {
      enter(0, this::feed);
      return;
    }
    int[] plan = planned();
    IntStream.range(0, lanes.size())
        .boxed()
        .sorted(Comparator.comparingDouble(i -> pictureNs[i]))
        .forEach(
            i -> {
              while (plan[i] > 0 && inLane[i] < room(i)) {
                plan[i]--;
                enter(i, () -> {});
              }
            });
  }

  private void enter(int lane, Runnable accepted) {
    int picture = nextIn++;
    laneOf[picture] = lane;
    inLane[lane]++;
    freeAtNs[lane] = Math.max(freeAtNs[lane], events.nowNs()) + pictureNs[lane];
    lanes.get(lane).enter(picture, accepted);
  }

  /** How many of the pictures left each lane gets if each goes where it is finished first. */
  private int[] planned() {
    int[] plan = new int[lanes.size()];
    double[] free = new double[lanes.size()];
    for (int i = 0; i < free.length; i++) {
      free[i] = Math.max(freeAtNs[i], events.nowNs());
    }
    for (int n = nextIn; n < job.pictures(); n++) {
      int best = 0;
      for (int i = 1; i < free.length; i++) {
        best = free[i] + pictureNs[i] < free[best] + pictureNs[best] ? i : best;
      }
      plan[best]++;
      free[best] += pictureNs[best];
    }
    return plan;
  }

  private int room(int lane) {
    return placement.lanes().get(lane).devices().size();
  }

  /** Work of a lane for a picture: its busiest device. */
  private double pictureNs(int index) {
    Lane lane = placement.lanes().get(index);
    Map<String, Double> load = new LinkedHashMap<>();
    List<Integer> steps = lane.stepsOfParts(job.evaluations());
    for (int i = 0; i < steps.size(); i++) {
      var part = lane.denoise().get(i);
      boolean split = part.unconditional().isPresent() && job.guided();
      for (String d : split ? part.devices() : List.of(part.device())) {
        load.merge(
            d,
            (double) steps.get(i) * costs.ns(split ? Work.HALF_STEP : Work.STEP, d),
            Double::sum);
      }
    }
    String decoder = lane.decode().getFirst();
    load.merge(decoder, (double) costs.ns(Work.DECODE, decoder), Double::sum);
    return load.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
  }

  private void decoded(int lane, int picture, Runnable accepted) {
    inLane[lane]--;
    if (inLane[lane] == 0) {
      freeAtNs[lane] = events.nowNs();
    }
    finished[picture] = true;
    if (placement.order() == Order.FINISHED) {
      output(picture);
    } else {
      while (nextOut < job.pictures() && finished[nextOut]) {
        output(nextOut++);
      }
    }
    accepted.run();
    if (lanes.size() > 1) {
      feed();
    }
  }

  private void output(int picture) {
    outputFreeNs = Math.max(outputFreeNs, events.nowNs()) + costs.outputNs();
    outNs[picture] = outputFreeNs;
    out++;
  }

  private Map<String, DeviceUse> uses(double makespan) {
    Map<String, Long> busy = new LinkedHashMap<>();
    for (Span s : devices.spans()) {
      busy.merge(s.device(), s.durationNs(), Long::sum);
    }
    Map<String, Long> memory = MemoryNeed.of(job, placement, costs).bytes();
    Map<String, DeviceUse> uses = new LinkedHashMap<>();
    for (String d : placement.devices()) {
      double ns = busy.getOrDefault(d, 0L);
      uses.put(d, new DeviceUse(ns, Math.max(0, makespan - ns), memory.get(d), costs.power(d)));
    }
    return uses;
  }

  /** The most pictures any stage of a simulated run held: for tests. */
  static int mostHeld(Job job, Placement placement, SimulationCosts costs) {
    Simulator s = new Simulator(job, placement, costs);
    s.run();
    return s.lanes.stream().mapToInt(SimulatedLane::mostHeld).max().orElse(0);
  }
}
