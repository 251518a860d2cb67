package dev.tandem.planning.simulate;

import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a placement needs in each device's memory: executables stay once they are compiled, so the
 * peak is the sum of all that a device may be asked for.
 *
 * @param bytes by device, in the order of the placement
 * @param limits by device
 * @param works what each device may be asked for
 */
public record MemoryNeed(
    Map<String, Long> bytes, Map<String, Long> limits, Map<String, EnumSet<Work>> works) {

  /** What a placement needs for a job. */
  public static MemoryNeed of(Job job, Placement placement, StageCosts costs) {
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
    works.forEach(
        (device, all) -> {
          bytes.put(device, all.stream().mapToLong(w -> costs.bytes(w, device)).sum());
          limits.put(device, costs.memoryBytes(device));
        });
    return new MemoryNeed(bytes, limits, works);
  }

  public boolean fits() {
    return bytes.entrySet().stream().allMatch(e -> e.getValue() <= limits.get(e.getKey()));
  }

  /** One sentence for each device that has too little memory. */
  public List<String> problems() {
    List<String> all = new ArrayList<>();
    bytes.forEach(
        (device, need) -> {
          if (need > limits.get(device)) {
            all.add(
                device
                    + " needs "
                    + mebibytes(need)
                    + " for "
                    + works.get(device)
                    + " and has "
                    + mebibytes(limits.get(device)));
          }
        });
    return all;
  }

  private static String mebibytes(long bytes) {
    return String.format(java.util.Locale.ROOT, "%.0f MiB", bytes / (double) (1 << 20));
  }
}
