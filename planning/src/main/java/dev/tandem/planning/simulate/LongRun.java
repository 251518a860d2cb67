package dev.tandem.planning.simulate;

import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.planning.simulate.Simulation.DeviceUse;
import dev.tandem.planning.simulate.Simulation.PictureTimes;
import dev.tandem.planning.simulate.Simulation.Sample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A run of so many pictures that only the first of them are simulated. A pipeline that has filled
 * goes on at one pace until it drains, so each further picture adds the same; pictures that encode
 * a prompt of their own have a pace of their own.
 *
 * @param job of the whole run
 * @param simulated pictures
 */
record LongRun(Job job, Placement placement, SimulationCosts costs, int simulated) {
  /** Runs of devices that are simulated for a placement: well below a second. */
  private static final int RUNS = 40_000;

  private static final int LEAST_PICTURES = 128;
  private static final int MOST_PICTURES = 2000;

  /** How near the pace must be to the time for handing a picture out to be limited by it. */
  private static final double SAME = 1e-6;

  static LongRun of(Job job, Placement placement, SimulationCosts costs) {
    int pictures = Math.clamp(RUNS / (job.evaluations() + 2), LEAST_PICTURES, MOST_PICTURES);
    return new LongRun(job, placement, costs, pictures);
  }

  /** Whether there are more pictures than are simulated. */
  boolean isLong() {
    return job.pictures() > simulated;
  }

  /** What a picture adds. */
  private record Pace(
      double ns, Map<String, Double> busyNs, double anyNs, double twoNs, double latencyNs) {
    /** The same where each picture waits as long as the one before. */
    private Pace steady() {
      return new Pace(ns, busyNs, anyNs, twoNs, 0);
    }
  }

  Simulation run() {
    int prompts = Math.min(job.prompts() - negative(), job.pictures());
    Simulation first = run(simulated, Math.min(prompts, simulated));
    int encoding = Math.max(0, prompts - simulated);
    int others = job.pictures() - simulated - encoding;
    Simulation all = first;
    if (encoding > 0) {
      all = longer(all, encoding, pace(first, run(simulated / 2, simulated / 2)), first);
    }
    if (others > 0) {
      Simulation few = prompts == 1 ? first : run(simulated, 1);
      all = longer(all, others, pace(few, run(simulated / 2, 1)), few);
    }
    return all;
  }

  /** Pictures that pile up before the listener do so until the window is full. */
  private Simulation longer(Simulation s, int pictures, Pace pace, Simulation like) {
    double most = Simulator.window(job, placement, costs) * costs.outputNs();
    double last = like.pictures().getLast().latencyNs();
    if (pace.latencyNs() > 0 && last + pictures * pace.latencyNs() > most) {
      Sample full = new Sample(List.of(Math.max(last, most)), pictures);
      return longer(s, pictures, pace.steady(), full);
    }
    return longer(s, pictures, pace, Sample.of(like.pictures()));
  }

  private int negative() {
    return job.guided() && job.prompts() > 1 ? 1 : 0;
  }

  private Simulation run(int pictures, int prompts) {
    Job some =
        new Job(
            pictures,
            prompts + negative(),
            job.evaluations(),
            job.guided(),
            job.width(),
            job.height());
    return Simulator.exact(some, placement, costs);
  }

  /** From two runs that differ in nothing but the number of their pictures. */
  private Pace pace(Simulation run, Simulation shorter) {
    int more = run.count() - shorter.count();
    Map<String, Double> busy = new LinkedHashMap<>();
    run.devices()
        .forEach(
            (id, use) -> busy.put(id, (use.busyNs() - shorter.devices().get(id).busyNs()) / more));
    double ns = middle(run.pictures().stream().mapToDouble(PictureTimes::outNs).sorted().toArray());
    boolean output = Math.abs(ns - costs.outputNs()) <= SAME * ns;
    double[] latencies = run.pictures().stream().mapToDouble(PictureTimes::latencyNs).toArray();
    return new Pace(
        ns,
        busy,
        (run.anyNs() - shorter.anyNs()) / more,
        (run.twoNs() - shorter.twoNs()) / more,
        output ? Math.max(0, middle(latencies)) : 0);
  }

  /**
   * What values grow by from one picture to the next, away from both ends: the mean over the second
   * quarter of how much is added in half of the run, so that what repeats evens out.
   */
  private static double middle(double[] values) {
    int half = values.length / 2;
    int from = values.length / 8;
    int to = 3 * values.length / 8;
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += values[i + half] - values[i];
    }
    return sum / (to - from) / half;
  }

  private static Simulation longer(Simulation s, int pictures, Pace pace, Sample latencies) {
    double makespan = s.makespanNs() + pictures * pace.ns();
    List<Sample> samples = new ArrayList<>(s.latencies());
    samples.add(latencies.standingFor(pictures));
    Map<String, DeviceUse> devices = new LinkedHashMap<>();
    s.devices()
        .forEach(
            (id, use) -> {
              double busy = Math.min(makespan, use.busyNs() + pictures * pace.busyNs().get(id));
              devices.put(id, new DeviceUse(busy, makespan - busy, use.memoryBytes(), use.power()));
            });
    return new Simulation(
        s.count() + pictures,
        makespan,
        s.pictures(),
        samples,
        s.latencyGrowthNs() + pictures * pace.latencyNs(),
        devices,
        s.anyNs() + pictures * pace.anyNs(),
        s.twoNs() + pictures * pace.twoNs(),
        s.spans());
  }
}
