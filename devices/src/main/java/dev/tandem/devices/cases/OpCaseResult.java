package dev.tandem.devices.cases;

import dev.tandem.devices.CompileOptions.Precision;
import java.util.Locale;

/**
 * How far a device was from the reference device.
 *
 * @param device id of the device
 * @param name of the case
 * @param precision the device stored values in
 * @param error of the graph as given: largest absolute difference over the largest magnitude of the
 *     reference; infinite where a result is not finite
 * @param fusedError of the graph after {@link dev.tandem.graph.Fusion}
 * @param tolerance the bound for both
 */
public record OpCaseResult(
    String device,
    String name,
    Precision precision,
    double error,
    double fusedError,
    double tolerance) {

  /** True if both errors are within the bound. */
  public boolean passed() {
    return error <= tolerance && fusedError <= tolerance;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s: %s in %s: error %.2e, fused %.2e, bound %.1e%s",
        device,
        name,
        precision,
        error,
        fusedError,
        tolerance,
        passed() ? "" : ": TOO FAR");
  }
}
