package dev.tandem.orchestrator.request;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One picture to make.
 *
 * @param negative what the picture should not show; empty for nothing
 * @param seed of the picture's own generator, as {@code torch.Generator("cpu").manual_seed}; all 64
 *     bits are an unsigned number, as {@link Long#toUnsignedString} writes it
 * @param steps of the sampler, at least 1
 * @param guidance scale of classifier-free guidance; 1 switches it off
 * @param width pixels, or 0 for the model's own size; see {@link #requireSize}
 * @param height pixels, or 0 for the model's own size
 * @param sampler its name, or empty for the model's own
 * @param eta how much noise DDIM adds, 0 (none, what it does where this is empty) to 1 (as DDPM);
 *     only for samplers that have it
 * @param limits on what guidance does
 * @param init a picture to begin with; empty to begin with noise alone. Its size counts where the
 *     request has none
 */
public record Request(
    String prompt,
    String negative,
    long seed,
    int steps,
    float guidance,
    int width,
    int height,
    String sampler,
    OptionalDouble eta,
    GuidanceLimits limits,
    Optional<InitPicture> init) {
  public static final int DEFAULT_STEPS = 20;
  public static final float DEFAULT_GUIDANCE = 2.5f;
  public static final long DEFAULT_SEED = 42;

  /** The longest width or height, pixels. */
  public static final int MOST_SIDE = 65_535;

  /** The most pixels of a picture: three bytes for each fit an array. */
  public static final int MOST_PIXELS = (Integer.MAX_VALUE - 8) / 3;

  public Request {
    if (steps < 1 || steps > 1000) {
      throw new RequestException("steps must be 1 to 1000, got " + steps);
    }
    if (!(guidance >= 0 && guidance <= 100)) {
      throw new RequestException("guidance must be 0 to 100, got " + guidance);
    }
    if (eta.isPresent() && !(eta.getAsDouble() >= 0 && eta.getAsDouble() <= 1)) {
      throw new RequestException("eta must be 0 to 1, got " + eta.getAsDouble());
    }
    requireSize(width, height);
  }

  /**
   * Refuses sizes that no picture can have.
   *
   * @param width pixels, or 0 if it is not known yet
   * @param height likewise
   * @throws RequestException if a side is negative or longer than {@link #MOST_SIDE}, or the pixels
   *     are more than {@link #MOST_PIXELS}
   */
  public static void requireSize(int width, int height) {
    if (width < 0 || height < 0) {
      throw new RequestException(
          "width and height must not be negative, got " + width + " x " + height);
    }
    if (width > MOST_SIDE || height > MOST_SIDE || (long) width * height > MOST_PIXELS) {
      throw new RequestException(
          "width and height must be at most "
              + MOST_SIDE
              + " pixels, and the picture at most "
              + MOST_PIXELS
              + " pixels, got "
              + width
              + " x "
              + height);
    }
  }

  /** A request with default settings. */
  public static Request of(String prompt) {
    return new Request(
        prompt,
        "",
        DEFAULT_SEED,
        DEFAULT_STEPS,
        DEFAULT_GUIDANCE,
        0,
        0,
        "",
        OptionalDouble.empty(),
        GuidanceLimits.NONE,
        Optional.empty());
  }

  public Request withPrompt(String value) {
    return new Request(
        value, negative, seed, steps, guidance, width, height, sampler, eta, limits, init);
  }

  public Request withNegative(String value) {
    return new Request(
        prompt, value, seed, steps, guidance, width, height, sampler, eta, limits, init);
  }

  public Request withSeed(long value) {
    return new Request(
        prompt, negative, value, steps, guidance, width, height, sampler, eta, limits, init);
  }

  public Request withSteps(int value) {
    return new Request(
        prompt, negative, seed, value, guidance, width, height, sampler, eta, limits, init);
  }

  public Request withGuidance(float value) {
    return new Request(
        prompt, negative, seed, steps, value, width, height, sampler, eta, limits, init);
  }

  public Request withSize(int newWidth, int newHeight) {
    return new Request(
        prompt, negative, seed, steps, guidance, newWidth, newHeight, sampler, eta, limits, init);
  }

  public Request withSampler(String value) {
    return new Request(
        prompt, negative, seed, steps, guidance, width, height, value, eta, limits, init);
  }

  public Request withLimits(GuidanceLimits value) {
    return new Request(
        prompt, negative, seed, steps, guidance, width, height, sampler, eta, value, init);
  }

  public Request withEta(double value) {
    return new Request(
        prompt,
        negative,
        seed,
        steps,
        guidance,
        width,
        height,
        sampler,
        OptionalDouble.of(value),
        limits,
        init);
  }

  /** Begins with a picture. */
  public Request withInit(InitPicture value) {
    return new Request(
        prompt,
        negative,
        seed,
        steps,
        guidance,
        width,
        height,
        sampler,
        eta,
        limits,
        Optional.of(value));
  }
}
