package dev.tandem.app;

import dev.tandem.orchestrator.request.Request;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The options of all commands that draw or plan pictures: which model, how many steps, how large.
 */
final class PictureOptions {
  @Mixin private ModelOption model = new ModelOption();

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "" + Request.DEFAULT_STEPS,
      description = "Steps of the sampler (default ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--guidance",
      paramLabel = "X",
      defaultValue = "" + Request.DEFAULT_GUIDANCE,
      description = "How closely to follow the prompt; 1 is off (default ${DEFAULT-VALUE}).")
  private float guidance;

  @Option(names = "--width", paramLabel = "PIXELS", description = "Default: the model's own.")
  private int width;

  @Option(names = "--height", paramLabel = "PIXELS", description = "Default: the model's own.")
  private int height;

  Path model() {
    return model.folder();
  }

  int steps() {
    return steps;
  }

  /** A request with these options, and defaults for the rest. */
  Request request(String prompt) {
    return Request.of(prompt).withSteps(steps).withGuidance(guidance).withSize(width, height);
  }
}
