package dev.tandem.stages.sampling;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * What diffusers takes as arguments of {@code step()} instead of from the configuration.
 *
 * @param eta DDIM: how stochastic, 0 (not) to 1 (like DDPM)
 * @param useClippedModelOutput DDIM: derive the noise again from the clipped clean latent
 * @param churn Euler: how much noise is added per run (Karras et al. 2022, S_churn)
 * @param churnMin Euler: the least sigma at which noise is added
 * @param churnMax Euler: the largest sigma at which noise is added
 * @param churnNoise Euler: the standard deviation of the added noise
 * @param order LMS: how many derivatives are used at most
 */
public record StepOptions(
    double eta,
    boolean useClippedModelOutput,
    double churn,
    double churnMin,
    double churnMax,
    double churnNoise,
    int order) {
  /** What diffusers takes when nothing is given. */
  public static final StepOptions DEFAULT =
      new StepOptions(0, false, 0, 0, Double.POSITIVE_INFINITY, 1, 4);

  private static final Set<String> KEYS =
      Set.of("eta", "use_clipped_model_output", "s_churn", "s_tmin", "s_tmax", "s_noise", "order");

  /** Refuses values without meaning. */
  public StepOptions {
    if (!(eta >= 0 && eta <= 1)) {
      throw new IllegalArgumentException("eta is " + eta + ": it must lie between 0 and 1");
    }
    if (order < 1 || order > 8) {
      throw new IllegalArgumentException("order is " + order + ": it must lie between 1 and 8");
    }
  }

  /** The same options with another eta. */
  public StepOptions withEta(double newEta) {
    return new StepOptions(
        newEta, useClippedModelOutput, churn, churnMin, churnMax, churnNoise, order);
  }

  /**
   * Reads the names of diffusers: eta, use_clipped_model_output, s_churn, s_tmin, s_tmax, s_noise,
   * order.
   *
   * @throws IllegalArgumentException for any other name
   */
  public static StepOptions of(JsonNode stepArgs) {
    SchedulerConfig args = new SchedulerConfig(stepArgs);
    stepArgs
        .fieldNames()
        .forEachRemaining(
            key -> {
              if (!KEYS.contains(key)) {
                throw new IllegalArgumentException(
                    "step argument " + key + " is not supported; supported are " + sortedKeys());
              }
            });
    return new StepOptions(
        args.number("eta", DEFAULT.eta),
        args.flag("use_clipped_model_output", DEFAULT.useClippedModelOutput),
        args.number("s_churn", DEFAULT.churn),
        args.number("s_tmin", DEFAULT.churnMin),
        args.number("s_tmax", DEFAULT.churnMax),
        args.number("s_noise", DEFAULT.churnNoise),
        args.integer("order", DEFAULT.order));
  }

  private static String sortedKeys() {
    return String.join(", ", KEYS.stream().sorted().toList());
  }
}
