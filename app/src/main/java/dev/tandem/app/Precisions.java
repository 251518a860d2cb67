package dev.tandem.app;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.orchestrator.request.RunOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The option that says how devices store numbers. */
final class Precisions {
  @Option(
      names = "--precision",
      paramLabel = "[DEVICE=]TYPE",
      description = "How numbers are stored: f32 (default) or f16, on all devices or on one.")
  private List<String> precisions = new ArrayList<>();

  /**
   * Options with what was asked for.
   *
   * @throws UsageException if it is malformed
   */
  RunOptions with(RunOptions options) {
    RunOptions all = options;
    for (String p : precisions) {
      int at = p.lastIndexOf('=');
      Precision type = precision(p, p.substring(at + 1));
      all = at < 0 ? all.withPrecision(type) : all.withPrecision(p.substring(0, at), type);
    }
    return all;
  }

  /**
   * Options of devices that are named elsewhere.
   *
   * @throws UsageException if it is malformed, or of another device
   */
  RunOptions among(List<String> devices) {
    RunOptions options = with(RunOptions.DEFAULT);
    for (String d : options.precisions().keySet()) {
      if (!devices.contains(d)) {
        throw new UsageException(
            "--precision names '" + d + "', which is none of " + String.join(", ", devices));
      }
    }
    return options;
  }

  private static Precision precision(String option, String type) {
    return switch (type.toLowerCase(Locale.ROOT)) {
      case "f32" -> Precision.F32;
      case "f16" -> Precision.F16;
      default ->
          throw new UsageException(
              "--precision must be f32, f16 or DEVICE=f16, got '" + option + "'");
    };
  }
}
