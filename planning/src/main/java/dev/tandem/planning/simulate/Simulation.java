package dev.tandem.planning.simulate;

import dev.tandem.devices.profile.DeviceProfile.PowerDraw;
import dev.tandem.orchestrator.timeline.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a simulated run gave.
 *
 * @param count pictures of the run
 * @param makespanNs from the first picture's entry to the last one's end
 * @param pictures those that were simulated one by one, in the order of the prompts: of a long run
 *     the first ones
 * @param latencies of all pictures, by samples
 * @param latencyGrowthNs how much longer than the last of these the last picture of all takes; 0
 *     unless pictures come faster than they can be handed out
 * @param devices each device of the placement, over the whole run
 * @param anyNs time with at least one device busy
 * @param twoNs time with two or more devices busy
 * @param spans the devices' runs for these pictures, from 0
 */
public record Simulation(
    int count,
    double makespanNs,
    List<PictureTimes> pictures,
    List<Sample> latencies,
    double latencyGrowthNs,
    Map<String, DeviceUse> devices,
    double anyNs,
    double twoNs,
    List<Span> spans) {
  /** Of sums of weights. */
  private static final double ROUNDING = 1e-9;

  public Simulation {
    pictures = List.copyOf(pictures);
    latencies = List.copyOf(latencies);
    devices = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(devices));
    spans = List.copyOf(spans);
  }

  /**
   * When the first stage began with a picture and when it came out, ns.
   *
   * @param lane that made it
   */
  public record PictureTimes(int index, int lane, double startedNs, double outNs) {
    public double latencyNs() {
      return outNs - startedNs;
    }
  }

  /**
   * What a device did.
   *
   * @param busyNs it computed
   * @param idleNs of the makespan it did not
   * @param memoryBytes weights, activations and scratch of all that it was given
   * @param power where known
   */
  public record DeviceUse(
      double busyNs, double idleNs, long memoryBytes, Optional<PowerDraw> power) {
    public double busyShare() {
      return busyNs + idleNs == 0 ? 0 : busyNs / (busyNs + idleNs);
    }

    /** Energy over the makespan, joules. */
    public Optional<Double> joules() {
      return power.map(p -> (p.busyWatts() * busyNs + p.idleWatts() * idleNs) / 1e9);
    }
  }

  public double picturesPerSecond() {
    return makespanNs < 1 ? 0 : count / (makespanNs / 1e9);
  }

  /**
   * Latencies that stand for those of some of the pictures.
   *
   * @param pictures how many they stand for
   */
  public record Sample(List<Double> latenciesNs, int pictures) {
    public Sample {
      latenciesNs = List.copyOf(latenciesNs);
    }

    static Sample of(List<PictureTimes> pictures) {
      return new Sample(pictures.stream().map(PictureTimes::latencyNs).toList(), pictures.size());
    }

    Sample standingFor(int value) {
      return new Sample(latenciesNs, value);
    }
  }

  /** Latency that this share of the pictures did not exceed (nearest rank), ns. */
  public double latencyNs(double share) {
    record Weighted(double ns, double pictures) {}
    List<Weighted> sorted = new ArrayList<>();
    for (Sample s : latencies) {
      double each = (double) s.pictures() / s.latenciesNs().size();
      s.latenciesNs().forEach(ns -> sorted.add(new Weighted(ns, each)));
    }
    sorted.sort(Comparator.comparingDouble(Weighted::ns));
    double left = share * count * (1 - ROUNDING);
    int i = 0;
    for (left -= sorted.getFirst().pictures; left > 0 && i + 1 < sorted.size(); i++) {
      left -= sorted.get(i + 1).pictures;
    }
    return sorted.get(i).ns + share * latencyGrowthNs;
  }

  /** Share of the busy time in which two or more devices were busy, 0 to 1. */
  public double overlap() {
    return anyNs == 0 ? 0 : twoNs / anyNs;
  }

  /** Energy of all devices, joules; empty unless the power of each is known. */
  public Optional<Double> joules() {
    double sum = 0;
    for (DeviceUse d : devices.values()) {
      Optional<Double> joules = d.joules();
      if (joules.isEmpty()) {
        return Optional.empty();
      }
      sum += joules.get();
    }
    return Optional.of(sum);
  }
}
