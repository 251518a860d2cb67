package dev.tandem.app;

import dev.tandem.stages.ModelOptions;
import dev.tandem.stages.StepCache;
import picocli.CommandLine.Option;

/** The options that say in which cheaper form a model is computed. */
final class ModelFormOptions {
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
   * The options as a value.
   *
   * @throws UsageException if one is malformed
   */
  ModelOptions options() {
    try {
      return ModelOptions.DEFAULT.withCache(StepCache.parse(cache));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--cache: " + e.getMessage());
    }
  }
}
