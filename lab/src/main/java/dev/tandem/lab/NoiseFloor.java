package dev.tandem.lab;

import dev.tandem.lab.LabReport.Verdict;

/**
 * What the seeds alone change: the CLIP score of pictures from other seeds minus that of the same
 * prompts from the lab's seeds.
 *
 * @param setting that drew both
 * @param difference mean over pairs
 */
public record NoiseFloor(Setting setting, int pairs, Interval difference) {
  /**
   * By how much the mean score may be off its true value 0 by chance: half of the interval; NaN
   * where there are too few pairs to say.
   */
  public double reach() {
    return (difference.high() - difference.low()) / 2;
  }

  /** What a difference of the score is against it: equivalent is within the floor. */
  public Verdict of(Interval score) {
    return difference.bounded() ? Verdict.of(score, reach()) : Verdict.TOO_FEW_PAIRS;
  }
}
