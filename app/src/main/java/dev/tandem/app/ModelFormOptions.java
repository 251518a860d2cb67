package dev.tandem.app;

import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.orchestrator.request.RunOptions;
import picocli.CommandLine.Option;

/** The options that say in which cheaper form a model is computed. */
final class ModelFormOptions {
  @Option(
      names = "--weights",
      paramLabel = "TYPE",
      defaultValue = "stored",
      description =
          "Of the U-Net's layers: as they are stored, w8 or w4, rounded when they are loaded"
              + " (default ${DEFAULT-VALUE}).")
  private String weights = "stored";

  @Option(
      names = "--activations",
      paramLabel = "TYPE",
      defaultValue = "f32",
      description =
          "What the U-Net's layers read: f32, or a8 to multiply whole numbers, with --weights w8"
              + " and a model that 'tandem quantize' wrote (default ${DEFAULT-VALUE}).")
  private String activations = "f32";

  @Option(
      names = "--cache",
      paramLabel = "HOW",
      defaultValue = "off",
      description = {
        "Take parts of the U-Net over from earlier steps: deep:INTERVAL[,BLOCK] computes the deep"
            + " part at every INTERVAL-th step, first-block:THRESHOLD only where the first"
            + " block's output has changed by at least that share; for 8 evaluations or more"
            + " (default ${DEFAULT-VALUE})."
      })
  private String cache = "off";

  /**
   * Options with what was asked for.
   *
   * @throws UsageException if it is malformed
   */
  RunOptions with(RunOptions options) {
    RunOptions quantized = options.withQuantization(weights, activations);
    try {
      return quantized.withCache(cache);
    } catch (RequestException e) {
      throw new UsageException("--cache: " + e.getMessage());
    }
  }
}
