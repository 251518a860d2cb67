package dev.tandem.stages.sampling;

/**
 * Where samplers take their noise from: a stream of independent standard normal values.
 *
 * <p>A sampler is element-wise, so it does not care how a latent is laid out; the noise must come
 * in the layout of the latent it is added to. To draw what diffusers draws, take the values of
 * {@code torch.randn} in its order {@code [batch, channels, height, width]} and re-lay them like
 * the latent.
 */
@FunctionalInterface
public interface NoiseSource {
  /**
   * Draws the next values of the stream.
   *
   * @param count how many values, at least 1
   * @return a new array of that length
   */
  float[] normal(int count);

  /** A source for runs that must not draw: throws {@link IllegalStateException} when asked. */
  static NoiseSource none() {
    return count -> {
      throw new IllegalStateException(
          "the sampler asked for "
              + count
              + " noise values, but the run was given no noise source");
    };
  }
}
