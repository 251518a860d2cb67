package dev.tandem.devices.cases;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Device;
import dev.tandem.devices.Executable;
import java.util.concurrent.TimeUnit;

/** Times a case on a device. */
public final class OpCaseTimer {
  private static final int LEAST_ROUNDS = 3;
  private static final int MOST_ROUNDS = 50;
  private static final long ENOUGH_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private OpCaseTimer() {}

  /**
   * The least time of some runs, ns: of the case's operations, without handing data over.
   *
   * @throws dev.tandem.devices.DeviceException if the device lacks an operation or fails
   */
  public static long leastNanos(Device device, CaseReference c, Precision precision) {
    try (Executable e = c.compile(device, c.operation().graph(), precision)) {
      e.run();
      long least = Long.MAX_VALUE;
      long end = System.nanoTime() + ENOUGH_NS;
      for (int round = 0;
          round < LEAST_ROUNDS || (round < MOST_ROUNDS && System.nanoTime() < end);
          round++) {
        long[] sum = new long[1];
        e.run((node, from, to) -> sum[0] += to - from);
        least = Math.min(least, sum[0]);
      }
      return least;
    }
  }
}
