package dev.tandem.devices.profile;

import dev.tandem.devices.json.FieldException;

/**
 * What a class of operations costs: the larger of arithmetic and memory traffic, and a launch.
 *
 * @param gflops arithmetic it reaches, a multiply-add counted as two
 * @param gigabytesPerSecond memory traffic it reaches, 1e9 bytes
 * @param launchMicros spent on each operation whatever its size
 */
public record OperationCost(
    OperationClass operation, double gflops, double gigabytesPerSecond, double launchMicros) {
  public OperationCost {
    FieldException.positive("gflops", gflops);
    FieldException.positive("gigabytesPerSecond", gigabytesPerSecond);
    FieldException.atLeast("launchMicros", 0.0, launchMicros);
  }

  /** Time for that much work, nanoseconds. */
  public double nanos(long flops, long bytes) {
    return Math.max(flops / gflops, bytes / gigabytesPerSecond) + launchMicros * 1e3;
  }
}
