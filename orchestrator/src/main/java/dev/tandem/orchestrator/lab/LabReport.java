package dev.tandem.orchestrator.lab;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a lab found.
 *
 * @param pairs that all settings have drawn
 * @param realPictures that CMMD compares with
 * @param comparisons of each setting with slower ones
 * @param pictures files of each setting, in the order of the pairs
 */
public record LabReport(
    LabPlan plan,
    List<LabPair> pairs,
    int realPictures,
    List<Row> rows,
    List<Comparison> comparisons,
    Map<Setting, List<Path>> pictures) {
  public LabReport {
    pairs = List.copyOf(pairs);
    rows = List.copyOf(rows);
    comparisons = List.copyOf(comparisons);
    pictures = Map.copyOf(pictures);
  }

  /**
   * A setting's figures over all pairs.
   *
   * @param evaluations of the U-Net for a picture; with guidance a step has two
   * @param seconds for a picture, median
   * @param score CLIP score, mean
   * @param top1 share of pictures in which the judge sees the object, 0 to 1
   * @param cmmd to the real pictures, less is better
   * @param psnr to the reference's pictures, dB, mean; only of other deterministic settings
   * @param scoreFront nothing is both faster and of a higher score
   * @param cmmdFront nothing is both faster and of a lower CMMD
   */
  public record Row(
      Setting setting,
      int evaluations,
      Interval seconds,
      Interval score,
      Interval top1,
      double cmmd,
      Optional<Interval> psnr,
      boolean scoreFront,
      boolean cmmdFront) {}

  /** What the interval of a score's difference says, with the margin stated beforehand. */
  public enum Verdict {
    EQUIVALENT("equivalent"),
    BETTER("better"),
    WORSE("worse"),
    UNDECIDED("undecided"),
    TOO_FEW_PAIRS("too few pairs");

    private final String text;

    Verdict(String text) {
      this.text = text;
    }

    /** The verdict on a difference, with equivalence first. */
    public static Verdict of(Interval difference, double margin) {
      if (!difference.bounded()) {
        return TOO_FEW_PAIRS;
      }
      if (difference.low() > -margin && difference.high() < margin) {
        return EQUIVALENT;
      }
      if (difference.low() > 0) {
        return BETTER;
      }
      return difference.high() < 0 ? WORSE : UNDECIDED;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * Paired differences, {@code fast} minus {@code slow}.
   *
   * @param score of the CLIP score
   * @param top1 of the share of recognised objects
   * @param cmmd of CMMD; positive is worse
   * @param speedUp how many times faster, by medians
   */
  public record Comparison(
      Setting fast,
      Setting slow,
      Interval score,
      Interval top1,
      Interval cmmd,
      Interval speedUp,
      Verdict verdict) {}
}
