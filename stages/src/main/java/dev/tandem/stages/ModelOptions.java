package dev.tandem.stages;

/**
 * How a model is computed more cheaply than its folder says. All of it is off by default, and each
 * part goes with every strategy and device.
 *
 * @param quantization of the U-Net
 * @param cache of features of the U-Net over steps
 */
public record ModelOptions(Quantization quantization, StepCache cache) {
  /** The model as it is. */
  public static final ModelOptions DEFAULT =
      new ModelOptions(Quantization.NONE, new StepCache.None());

  public ModelOptions withQuantization(Quantization value) {
    return new ModelOptions(value, cache);
  }

  public ModelOptions withCache(StepCache value) {
    return new ModelOptions(quantization, value);
  }
}
