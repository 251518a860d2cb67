package dev.tandem.stages;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What evaluations of the U-Net take over from earlier ones of the same picture. */
public sealed interface StepCache {
  /** Whether anything is ever taken over: else the model is computed as it is. */
  boolean takesOver();

  /** As {@link #parse} reads it. */
  String text();

  /** Nothing. */
  record None() implements StepCache {
    @Override
    public boolean takesOver() {
      return false;
    }

    @Override
    public String text() {
      return "off";
    }
  }

  /**
   * The deep part is evaluated at every n-th step, the shallow part always (DeepCache, Ma et al.
   * 2023).
   *
   * @param interval n, in steps of the sampler; with 1 nothing is taken over
   * @param block how many layers of the first level belong to the shallow part, from 0; DeepCache's
   *     {@code cache_branch_id}
   */
  record Deep(int interval, int block) implements StepCache {
    public Deep {
      if (interval < 1 || block < 0) {
        throw new IllegalArgumentException(
            "a deep cache needs an interval of at least 1 and a block of at least 0, got "
                + interval
                + " and "
                + block);
      }
    }

    @Override
    public boolean takesOver() {
      return interval > 1;
    }

    /**
     * Whether the deep part is computed at an evaluation of a picture. All evaluations of a step
     * belong together.
     *
     * @param evaluation counted from 0
     * @param evaluationsPerStep of the sampler
     */
    public boolean full(int evaluation, int evaluationsPerStep) {
      return evaluation / evaluationsPerStep % interval == 0;
    }

    @Override
    public String text() {
      return "deep:" + interval + (block == 0 ? "" : "," + block);
    }
  }

  /**
   * All after the first block is taken over while the first block's output changes little.
   *
   * @param threshold of the relative change, mean of absolute values; with 0 nothing is taken over
   */
  record FirstBlock(double threshold) implements StepCache {
    public FirstBlock {
      if (!(threshold >= 0 && threshold <= 1)) {
        throw new IllegalArgumentException(
            "the threshold of a first-block cache must be 0 to 1, got " + threshold);
      }
    }

    @Override
    public boolean takesOver() {
      return threshold > 0;
    }

    @Override
    public String text() {
      return "first-block:" + new BigDecimal(Double.toString(threshold)).toPlainString();
    }
  }

  /**
   * Reads {@code off}, {@code deep:INTERVAL[,BLOCK]} or {@code first-block:THRESHOLD}.
   *
   * @throws IllegalArgumentException if it is none of them
   */
  static StepCache parse(String text) {
    if (text.equals("off")) {
      return new None();
    }
    Matcher deep = Pattern.compile("deep:(\\d{1,4})(?:,(\\d{1,3}))?").matcher(text);
    if (deep.matches()) {
      int block = deep.group(2) == null ? 0 : Integer.parseInt(deep.group(2));
      return new Deep(Integer.parseInt(deep.group(1)), block);
    }
    Matcher first = Pattern.compile("first-block:(\\d*\\.?\\d+)").matcher(text);
    if (first.matches()) {
      return new FirstBlock(Double.parseDouble(first.group(1)));
    }
    throw new IllegalArgumentException(
        "a cache is off, deep:INTERVAL, deep:INTERVAL,BLOCK or first-block:THRESHOLD, for example"
            + " deep:3 or first-block:0.1, got '"
            + text
            + "'");
  }
}
