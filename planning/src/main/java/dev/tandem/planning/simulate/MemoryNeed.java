package dev.tandem.planning.simulate;

import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a placement needs in each device's memory: executables stay once they are compiled, so the
 * peak is the sum of all that a device may be asked for. Devices that share hardware, such as
 * {@code cpu:a,threads=1} and {@code cpu:b,threads=1}, or one GPU through two drivers, share its
 * memory.
 *
 * @param bytes by device, in the order of the placement
 * @param limits by device
 * @param works what each device may be asked for
 * @param hardware of each device
 */
public record MemoryNeed(
    Map<String, Long> bytes,
    Map<String, Long> limits,
    Map<String, EnumSet<Work>> works,
    Map<String, String> hardware) {

  /** What a placement needs for a job. */
  public static MemoryNeed of(Job job, Placement placement, SimulationCosts costs) {
    Map<String, EnumSet<Work>> works = new LinkedHashMap<>();
    placement.devices().forEach(d -> works.put(d, EnumSet.noneOf(Work.class)));
    for (Lane lane : placement.lanes()) {
      lane.text().forEach(d -> works.get(d).add(Work.TEXT));
      for (DenoisePart part : lane.denoise()) {
        boolean split = part.unconditional().isPresent() && job.guided();
        for (String d : split ? part.devices() : List.of(part.device())) {
          works.get(d).add(split ? Work.HALF_STEP : Work.STEP);
        }
      }
      lane.decode().forEach(d -> works.get(d).add(Work.DECODE));
    }
    Map<String, Long> bytes = new LinkedHashMap<>();
    Map<String, Long> limits = new LinkedHashMap<>();
    Map<String, String> hardware = new LinkedHashMap<>();
    works.forEach(
        (device, all) -> {
          bytes.put(device, all.stream().mapToLong(w -> costs.bytes(w, device)).sum());
          limits.put(device, costs.memoryBytes(device));
          hardware.put(device, costs.hardware(device));
        });
    return new MemoryNeed(bytes, limits, works, hardware);
  }

  /** Whether every device has enough, and so has hardware that several devices share. */
  public boolean fits() {
    return bytes.keySet().stream().allMatch(this::fits) && shared().stream().allMatch(this::fits);
  }

  private boolean fits(String device) {
    return bytes.get(device) <= limits.get(device);
  }

  /** Together they have what the one has that may use most. */
  private boolean fits(List<String> devices) {
    return sum(devices) <= budget(devices);
  }

  private long sum(List<String> devices) {
    return devices.stream().mapToLong(bytes::get).sum();
  }

  private long budget(List<String> devices) {
    return devices.stream().mapToLong(limits::get).max().orElseThrow();
  }

  /** Devices that share the memory of one piece of hardware with others. */
  private List<List<String>> shared() {
    Map<String, List<String>> all = new LinkedHashMap<>();
    for (String device : bytes.keySet()) {
      all.computeIfAbsent(hardware.get(device), h -> new ArrayList<>()).add(device);
    }
    return all.values().stream().filter(devices -> devices.size() > 1).toList();
  }

  /** One sentence for each device, or hardware of several devices, that has too little memory. */
  public List<String> problems() {
    List<String> all = new ArrayList<>();
    for (String d : bytes.keySet()) {
      if (!fits(d)) {
        all.add(d + " needs " + shortage(bytes.get(d), works.get(d), "has", limits.get(d)));
      }
    }
    for (List<String> devices : shared()) {
      if (devices.stream().allMatch(this::fits) && !fits(devices)) {
        EnumSet<Work> together = EnumSet.noneOf(Work.class);
        devices.forEach(d -> together.addAll(works.get(d)));
        all.add(
            String.join(" and ", devices)
                + " share their memory: they need "
                + shortage(sum(devices), together, "have", budget(devices)));
      }
    }
    return all;
  }

  private static String shortage(long need, EnumSet<Work> works, String has, long limit) {
    return mebibytes(need) + " for " + works + " and " + has + " " + mebibytes(limit);
  }

  private static String mebibytes(long bytes) {
    return String.format(java.util.Locale.ROOT, "%.0f MiB", bytes / (double) (1 << 20));
  }
}
