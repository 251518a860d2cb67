package dev.tandem.kernels.opencl.tuning;

import java.util.Map;

/**
 * What a combination must fulfil.
 *
 * @param text says it to people
 */
public record Constraint(String text, Test test) {
  /** Whether a combination is possible on a device. */
  @FunctionalInterface
  public interface Test {
    boolean holds(Map<String, Integer> values, Limits limits);
  }
}
