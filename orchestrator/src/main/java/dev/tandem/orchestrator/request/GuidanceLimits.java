package dev.tandem.orchestrator.request;

/**
 * What keeps a guided picture from overshooting: high guidance scales give burnt colours.
 *
 * @param rescale 0 (off) to 1: how far the guided output is brought back to the spread of the
 *     conditional one (Lin et al. 2023, section 3.4; 0.7 is usual)
 * @param thresholdRatio dynamic thresholding: the quantile of a predicted picture's magnitudes that
 *     becomes the limit (Saharia et al. 2022, section 2.3; 0.995 is usual); 0 is off
 * @param thresholdMax the largest limit; 0 takes the model's {@code sample_max_value}, which is 1
 *     where it has none
 */
public record GuidanceLimits(double rescale, double thresholdRatio, double thresholdMax) {
  /** No limits. */
  public static final GuidanceLimits NONE = new GuidanceLimits(0, 0, 0);

  public GuidanceLimits {
    if (!(rescale >= 0 && rescale <= 1)) {
      throw new RequestException("guidance rescale must be 0 to 1, got " + rescale);
    }
    if (!(thresholdRatio >= 0 && thresholdRatio <= 1)) {
      throw new RequestException(
          "the ratio of dynamic thresholding must be 0 to 1, got " + thresholdRatio);
    }
    if (thresholdMax != 0 && !(thresholdMax >= 1 && thresholdMax < Double.POSITIVE_INFINITY)) {
      throw new RequestException(
          "the largest limit of dynamic thresholding must be at least 1, got " + thresholdMax);
    }
    if (thresholdMax != 0 && thresholdRatio == 0) {
      throw new RequestException(
          "a largest limit of " + thresholdMax + " needs a ratio of dynamic thresholding");
    }
  }

  /** Whether predicted pictures are limited. */
  public boolean thresholds() {
    return thresholdRatio > 0;
  }
}
