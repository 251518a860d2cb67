package dev.tandem.devices.cases;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Device;
import dev.tandem.devices.Executable;
import dev.tandem.graph.Fusion;
import dev.tandem.graph.Graph;

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
    try (CaseReference reference = new CaseReference(c)) {
      return run(device, reference, precision, tolerance);
    }
  }

  /** The same with a reference that serves several devices. */
  public static OpCaseResult run(
      Device device, CaseReference c, Precision precision, double tolerance) {
    Graph graph = c.operation().graph();
    float[] given = compute(device, c, graph, precision);
    float[] fused = compute(device, c, Fusion.apply(graph), precision);
    return new OpCaseResult(
        device.info().id(),
        c.operation().name(),
        precision,
        error(given, c.expected()),
        error(fused, c.expected()),
        tolerance);
  }

  private static float[] compute(Device device, CaseReference c, Graph graph, Precision precision) {
    try (Executable e = c.compile(device, graph, precision)) {
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
