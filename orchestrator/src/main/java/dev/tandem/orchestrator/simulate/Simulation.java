package dev.tandem.orchestrator.simulate;

import dev.tandem.devices.profile.DeviceProfile.PowerDraw;
import dev.tandem.orchestrator.timeline.Overlap;
import dev.tandem.orchestrator.timeline.Span;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a simulated run gave.
 *
 * @param makespanNs from the first picture's entry to the last one's end
 * @param pictures each picture, in the order of the prompts
 * @param devices each device of the placement
 * @param spans the devices' runs, from 0
 */
public record Simulation(
    double makespanNs,
    List<PictureTimes> pictures,
    Map<String, DeviceUse> devices,
    List<Span> spans) {
  public Simulation {
    pictures = List.copyOf(pictures);
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
    return pictures.size() / (makespanNs / 1e9);
  }

  /** Latency that this share of the pictures did not exceed (nearest rank), ns. */
  public double latencyNs(double share) {
    List<Double> sorted = pictures.stream().map(PictureTimes::latencyNs).sorted().toList();
    int rank = (int) Math.ceil(share * sorted.size());
    return sorted.get(Math.clamp(rank - 1L, 0, sorted.size() - 1));
  }

  /** How well the devices worked at the same time. */
  public Overlap overlap() {
    return Overlap.of(spans);
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
