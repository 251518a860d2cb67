package dev.tandem.orchestrator.memory;

import dev.tandem.stages.MemoryForm;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * In which form each device of a placement computes.
 *
 * @param forms by device
 * @param plans with the numbers; empty where memory is plenty and nobody has set a limit
 */
public record MemoryPlans(Map<String, MemoryForm> forms, List<DevicePlan> plans) {
  public MemoryPlans {
    forms = Map.copyOf(forms);
    plans = List.copyOf(plans);
  }

  /** Forms that were chosen without numbers. */
  public static MemoryPlans unplanned(Map<String, MemoryForm> forms) {
    return new MemoryPlans(forms, List.of());
  }

  /** Forms that were chosen by numbers. */
  public static MemoryPlans of(List<DevicePlan> plans) {
    return new MemoryPlans(
        plans.stream().collect(Collectors.toMap(DevicePlan::device, DevicePlan::form)), plans);
  }

  /** In which form a device computes. */
  public MemoryForm form(String device) {
    return forms.getOrDefault(device, MemoryForm.USUAL);
  }

  /** Some lines for people; empty if there are no numbers. */
  @Override
  public String toString() {
    boolean usual = plans.stream().allMatch(p -> p.form().equals(MemoryForm.USUAL));
    return numbers()
        + (usual ? "" : "\n  (no device makes a matrix of attention scores: slices save nothing)");
  }

  private String numbers() {
    return plans.stream().map(DevicePlan::toString).collect(Collectors.joining("\n"));
  }
}
