package dev.tandem.stages;

/**
 * In which types the U-Net's products are computed.
 *
 * @param weights how its weights are stored
 * @param activations how the values are stored that they are multiplied by
 */
public record Quantization(Weights weights, Activations activations) {
  /** As the checkpoint has them, products in F32. */
  public static final Quantization NONE = new Quantization(Weights.STORED, Activations.F32);

  /** Types of weights. */
  public enum Weights {
    /** The checkpoint's. */
    STORED,
    /** 8 bits, with a scale for each output channel. */
    W8,
    /** 4 bits, with a scale for each group of inputs of an output channel. */
    W4
  }

  /** Types of activations. */
  public enum Activations {
    F32,
    /** 8 bits, with scales that were calibrated: products are of whole numbers. */
    A8
  }

  public Quantization {
    if (activations == Activations.A8 && weights != Weights.W8) {
      throw new IllegalArgumentException(
          "activations of 8 bits need weights of 8 bits, got " + weights);
    }
  }
}
