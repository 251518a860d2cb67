package dev.tandem.devices.profile;

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
    Range.RATE.require("gflops", gflops);
    Range.RATE.require("gigabytesPerSecond", gigabytesPerSecond);
    Range.AMOUNT.require("launchMicros", launchMicros);
  }

  /** Time for that much work, nanoseconds. */
  public double nanos(long flops, long bytes) {
    return Math.max(flops / gflops, bytes / gigabytesPerSecond) + launchMicros * 1e3;
  }
}
