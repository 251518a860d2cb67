package dev.tandem.devices.cases;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.graph.Fusion;
import dev.tandem.graph.Graph;
import java.lang.foreign.Arena;

/** Runs cases on a device and on the reference device. */
public final class OpCaseRunner {
  private OpCaseRunner() {}

  /**
   * Runs one case as given and fused, both against the reference device on the graph as given in
   * F32. Each is run twice, so that a device which spoils its inputs or memory is found out.
   *
   * @throws dev.tandem.devices.DeviceException if the device lacks an operation or fails
   */
  public static OpCaseResult run(Device device, OpCase c, Precision precision) {
    return run(device, c, precision, c.tolerance(precision));
  }

  /** The same with another bound, for example {@link OpCase#halfArithmetic}. */
  public static OpCaseResult run(Device device, OpCase c, Precision precision, double tolerance) {
    try (Arena arena = Arena.ofConfined();
        Device reference = Devices.open("reference")) {
      CaseData data = new CaseData(c, arena);
      float[] expected = compute(reference, c.graph(), data, Precision.F32);
      float[] given = compute(device, c.graph(), data, precision);
      float[] fused = compute(device, Fusion.apply(c.graph()), data, precision);
      return new OpCaseResult(
          device.info().id(),
          c.name(),
          precision,
          error(given, expected),
          error(fused, expected),
          tolerance);
    }
  }

  private static float[] compute(Device device, Graph graph, CaseData data, Precision precision) {
    try (Executable e = device.compile(graph, data, new CompileOptions(precision))) {
      graph.inputs().forEach(n -> e.input(n.name()).set(data.input(n)));
      e.run();
      e.run();
      return e.output("y").toFloats();
    }
  }

  /**
   * Largest absolute difference over the largest magnitude of {@code expected} (or over 1 where
   * that is all zero); infinite where {@code actual} is not finite or of another length.
   */
  public static double error(float[] actual, float[] expected) {
    if (actual.length != expected.length) {
      return Double.POSITIVE_INFINITY;
    }
    double difference = 0;
    double largest = 0;
    for (int i = 0; i < actual.length; i++) {
      if (!Float.isFinite(actual[i])) {
        return Double.POSITIVE_INFINITY;
      }
      difference = Math.max(difference, Math.abs((double) actual[i] - expected[i]));
      largest = Math.max(largest, Math.abs(expected[i]));
    }
    return difference / (largest == 0 ? 1 : largest);
  }
}
