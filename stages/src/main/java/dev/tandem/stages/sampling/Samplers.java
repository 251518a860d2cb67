package dev.tandem.stages.sampling;

import com.fasterxml.jackson.databind.JsonNode;

/** Makes samplers from the names and files that users have. */
public final class Samplers {
  private Samplers() {}

  /**
   * The sampler of a name with a model's settings.
   *
   * @param name a short name ({@code ddim})
   * @param schedulerConfig the model's {@code scheduler_config.json}
   * @param steps how many steps, at least 1
   * @throws IllegalArgumentException for an unknown name, or a setting that cannot be honoured
   */
  public static Sampler of(String name, JsonNode schedulerConfig, int steps) {
    return of(name, schedulerConfig, StepOptions.DEFAULT, steps);
  }

  /** The same, with arguments that diffusers passes to {@code step()}. */
  public static Sampler of(String name, JsonNode schedulerConfig, StepOptions options, int steps) {
    SchedulerConfig config = new SchedulerConfig(schedulerConfig);
    if (steps < 1) {
      throw new IllegalArgumentException("steps is " + steps + ": at least 1 is needed");
    }
    return switch (name) {
      case "ddim" -> DdimSampler.of(name, config, options, steps);
      default ->
          throw new IllegalArgumentException("no sampler is called '" + name + "'; there is: ddim");
    };
  }

  /** The sampler that a model's {@code scheduler_config.json} names in {@code _class_name}. */
  public static Sampler of(JsonNode schedulerConfig, int steps) {
    return fromDiffusers(
        schedulerConfig.path("_class_name").asText(), schedulerConfig, StepOptions.DEFAULT, steps);
  }

  /**
   * The sampler of a diffusers scheduler class.
   *
   * @param className for example {@code DDIMScheduler}
   * @param config the arguments of its constructor, or its {@code scheduler_config.json}
   * @param stepArgs the arguments of its {@code step()} method; may be empty
   */
  public static Sampler fromDiffusers(
      String className, JsonNode config, JsonNode stepArgs, int steps) {
    return fromDiffusers(className, config, StepOptions.of(stepArgs), steps);
  }

  private static Sampler fromDiffusers(
      String className, JsonNode config, StepOptions options, int steps) {
    return switch (className) {
      case "DDIMScheduler" -> of("ddim", config, options, steps);
      default ->
          throw new IllegalArgumentException(
              "scheduler_config.json: _class_name '" + className + "' is not supported");
    };
  }
}
