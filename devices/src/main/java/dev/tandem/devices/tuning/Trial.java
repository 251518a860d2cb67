package dev.tandem.devices.tuning;

import java.util.Map;
import java.util.TreeMap;

/**
 * One combination of tunables that was tried.
 *
 * @param kernel the kernel file
 * @param operation that it computed
 * @param micros device time, least of some runs; 0 where there is none
 * @param reason why it was rejected; empty if it was not
 */
public record Trial(
    String kernel,
    String operation,
    Map<String, Integer> values,
    Outcome outcome,
    double micros,
    String reason) {
  /** What came of it. */
  public enum Outcome {
    /** The fastest so far. */
    FASTER,
    /** Right, but another is faster; while verifying: right. */
    RIGHT,
    /** Its result differs from the reference device's by more than the bound. */
    WRONG,
    /** It does not build or run on this device. */
    FAILED
  }

  public Trial {
    values = java.util.Collections.unmodifiableMap(new TreeMap<>(values));
  }
}
