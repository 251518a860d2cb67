package dev.tandem.stages.sampling;

/**
 * What a denoiser's output means. With a latent {@code x = alpha x0 + sigma epsilon} (alpha^2 +
 * sigma^2 = 1), a model predicts the noise, the velocity {@code v = alpha epsilon - sigma x0}
 * (Salimans and Ho 2022, appendix D), or the clean latent itself.
 */
public enum PredictionType {
  /** The noise epsilon that was mixed in. */
  EPSILON("epsilon"),
  /** The velocity v. */
  V("v_prediction"),
  /** The clean latent x0. */
  SAMPLE("sample");

  private final String key;

  PredictionType(String key) {
    this.key = key;
  }

  /** The name in a scheduler_config.json. */
  public String key() {
    return key;
  }

  /**
   * The type with a name of scheduler_config.json.
   *
   * @throws IllegalArgumentException for any other name, with the names that exist
   */
  public static PredictionType of(String key) {
    for (PredictionType type : values()) {
      if (type.key.equals(key)) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "prediction_type '"
            + key
            + "' is not supported; use a model with epsilon, v_prediction or sample");
  }

  /** The clean latent that a model's output stands for; alpha^2 + sigma^2 must be 1. */
  Latent cleanLatent(Latent x, Latent output, double alpha, double sigma) {
    return switch (this) {
      case EPSILON -> Latent.sum(x.by(1 / alpha), output.by(-sigma / alpha));
      case V -> Latent.sum(x.by(alpha), output.by(-sigma));
      case SAMPLE -> output;
    };
  }

  /** The noise that a model's output stands for. */
  Latent epsilon(Latent x, Latent output, double alpha, double sigma) {
    return switch (this) {
      case EPSILON -> output;
      case V -> Latent.sum(output.by(alpha), x.by(sigma));
      case SAMPLE -> Latent.sum(x.by(1 / sigma), output.by(-alpha / sigma));
    };
  }
}
