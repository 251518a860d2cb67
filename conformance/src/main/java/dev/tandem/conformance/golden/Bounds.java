package dev.tandem.conformance.golden;

/** How far a result may be from the golden one, in F32. */
final class Bounds {
  /** A whole network, relative to the largest magnitude of the expected tensor. */
  static final double NETWORK = 1e-4;

  /** Each sample of a sampler that is fed golden model outputs; relative likewise. */
  static final double TRAJECTORY = 1e-5;

  /** Timesteps that are whole numbers, token ids, counts. */
  static final double EXACT = 0;

  /** Timesteps that are no whole numbers (Karras spacing), absolute. */
  static final double FRACTIONAL_TIMESTEP = 1e-3;

  /** Normal random values, absolute. */
  static final double RANDN = 1e-6;

  /**
   * Latents after each step of a whole generation, relative to the largest magnitude of that step.
   * Guidance multiplies the network's errors and steps add them up. Measured over six samplers,
   * guidance 1 to 9 and up to 20 steps: at most 1.2e-5, on the reference device as on oneDNN.
   */
  static final double LATENTS = 5e-4;

  /** Latents after the last step of image to image, relative likewise: 10 steps at most. */
  static final double IMAGE_TO_IMAGE = 1e-4;

  /**
   * The picture, values from 0 to 1, absolute: an eighth of a step of 8-bit colour, so the PSNR is
   * above 66 dB. Measured: at most 1e-5.
   */
  static final double PICTURE = 5e-4;

  private Bounds() {}
}
