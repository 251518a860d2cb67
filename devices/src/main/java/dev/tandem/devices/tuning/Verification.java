package dev.tandem.devices.tuning;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What checking all combinations found.
 *
 * @param combinations checked, by kernel
 * @param checks results compared with the reference device's
 * @param failing combinations that are wrong or fail
 * @param cancelled whether it was told to stop before the end
 */
public record Verification(
    Map<String, Integer> combinations, int checks, List<Trial> failing, boolean cancelled) {
  public Verification {
    combinations = java.util.Collections.unmodifiableMap(new TreeMap<>(combinations));
    failing = List.copyOf(failing);
  }
}
