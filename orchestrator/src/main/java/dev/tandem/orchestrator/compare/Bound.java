package dev.tandem.orchestrator.compare;

import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The least time that a placement needs for a job if every unit of work takes what it takes alone,
 * hand-over is free and rings are endless: what a run is measured against.
 *
 * <p>Within a lane, no stage and no device can be faster than its own work with what comes before
 * its first and after its last picture: fill and drain. Lanes share the pictures out as well as
 * whole pictures can be.
 */
public final class Bound {
  private static final int BISECTIONS = 60;

  private final Job job;
  private final SoloCosts costs;

  private Bound(Job job, SoloCosts costs) {
    this.job = job;
    this.costs = costs;
  }

  /** The bound, ns. */
  public static double ns(Placement placement, Job job, SoloCosts costs) {
    Bound bound = new Bound(job, costs);
    List<Way> ways = placement.lanes().stream().map(bound::way).toList();
    double enough = ways.getFirst().ns(job.pictures());
    return leastTime(
        enough,
        t -> ways.stream().mapToInt(w -> w.picturesIn(t, job.pictures())).sum() >= job.pictures());
  }

  /** A stage of one picture: how long it takes, and for how long it needs which devices. */
  private record Stage(double ns, Map<String, Double> loads) {}

  /** A lane's stages in order, and the device times of a last one that may run on any of them. */
  private record Way(List<Stage> stages, Map<String, Double> decode) {

    /** The least time for so many pictures. */
    double ns(int pictures) {
      double least = choiceNs(pictures);
      double all = stages.stream().mapToDouble(Stage::ns).sum();
      for (Stage s : stages) {
        least = Math.max(least, all + (pictures - 1) * s.ns);
      }
      for (String device : devices()) {
        least = Math.max(least, deviceNs(device, pictures));
      }
      return least;
    }

    private java.util.Set<String> devices() {
      java.util.Set<String> devices = new java.util.LinkedHashSet<>();
      stages.forEach(s -> devices.addAll(s.loads.keySet()));
      return devices;
    }

    /** The device's work with what must come before its first and after its last. */
    private double deviceNs(String device, int pictures) {
      double before = 0;
      double work = 0;
      double after = 0;
      for (Stage s : stages) {
        double load = s.loads.getOrDefault(device, 0.0);
        if (load > 0) {
          after = 0;
          work += load;
        } else if (work == 0) {
          before += s.ns;
        } else {
          after += s.ns;
        }
      }
      return before + pictures * work + after;
    }

    /** Long enough for each device's fixed work and for all decodes somewhere. */
    private double choiceNs(int pictures) {
      if (decode.size() < 2) {
        return 0;
      }
      double most = decode.keySet().stream().mapToDouble(d -> fixed(d, pictures)).max().orElse(0);
      double slowest = decode.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
      return leastTime(
          most + pictures * slowest,
          t ->
              decode.entrySet().stream()
                      .mapToLong(
                          e -> (long) Math.max(0, (t - fixed(e.getKey(), pictures)) / e.getValue()))
                      .sum()
                  >= pictures);
    }

    private double fixed(String device, int pictures) {
      return pictures * stages.stream().mapToDouble(s -> s.loads.getOrDefault(device, 0.0)).sum();
    }

    int picturesIn(double time, int most) {
      int n = 0;
      while (n < most && ns(n + 1) <= time) {
        n++;
      }
      return n;
    }
  }

  /** The least time at which something holds that holds at {@code enough} and ever after. */
  private static double leastTime(double enough, java.util.function.DoublePredicate holds) {
    double low = 0;
    double high = enough;
    for (int i = 0; i < BISECTIONS; i++) {
      double middle = (low + high) / 2;
      if (holds.test(middle)) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  private Way way(Lane lane) {
    List<Stage> stages = new ArrayList<>();
    double encodes = (double) job.prompts() / job.pictures();
    stages.add(choice(Work.TEXT, lane.text(), encodes));
    List<Integer> steps = lane.stepsOfParts(job.evaluations());
    for (int i = 0; i < steps.size(); i++) {
      stages.add(denoise(lane.denoise().get(i), steps.get(i)));
    }
    stages.add(choice(Work.DECODE, lane.decode(), 1));
    Map<String, Double> decode = new LinkedHashMap<>();
    lane.decode().forEach(d -> decode.put(d, costs.aloneNs(Work.DECODE, d)));
    return new Way(stages, decode);
  }

  /** Work that one device does, or any of several: then the fastest, and no one's fixed load. */
  private Stage choice(Work work, List<String> devices, double times) {
    double ns =
        times * devices.stream().mapToDouble(d -> costs.aloneNs(work, d)).min().orElseThrow();
    return new Stage(ns, devices.size() == 1 ? Map.of(devices.getFirst(), ns) : Map.of());
  }

  private Stage denoise(DenoisePart part, int steps) {
    String device = part.device();
    if (part.unconditional().isEmpty() || !job.guided()) {
      double ns = steps * costs.aloneNs(Work.STEP, device);
      return new Stage(ns, Map.of(device, ns));
    }
    String other = part.unconditional().get();
    double a = steps * costs.aloneNs(Work.HALF_STEP, device);
    double b = steps * costs.aloneNs(Work.HALF_STEP, other);
    return new Stage(Math.max(a, b), Map.of(device, a, other, b));
  }
}
