package dev.tandem.lab;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a lab found.
 *
 * @param pairs of the plan; a lab that was stopped has not drawn all with all settings
 * @param complete whether all settings and the reference have drawn all pairs
 * @param realPictures that CMMD compares with
 * @param comparisons of each setting with slower ones
 * @param pictures files of each setting that has any, by {@link LabPair#index}
 */
public record LabReport(
    LabPlan plan,
    List<LabPair> pairs,
    boolean complete,
    int realPictures,
    List<Row> rows,
    List<Comparison> comparisons,
    Map<Setting, Map<Integer, Path>> pictures) {
  public LabReport {
    pairs = List.copyOf(pairs);
    rows = List.copyOf(rows);
    comparisons = List.copyOf(comparisons);
    pictures = Map.copyOf(pictures);
  }

  /** Settings of which there is no picture yet. */
  public List<Setting> missing() {
    return plan.settings().stream().filter(s -> !pictures.containsKey(s)).toList();
  }

  /** PSNR to the reference's pictures over the pairs that both have, dB, mean. */
  public record Likeness(Interval decibels, int pairs) {
    /** The value, and the pairs where they are not those of the row. */
    public String text(Row row) {
      return decibels.text(1) + (pairs == row.pairs() ? "" : " (" + pairs + " pairs)");
    }
  }

  /**
   * A setting's figures over the pairs that it has drawn.
   *
   * @param pairs how many
   * @param evaluations of the U-Net for a picture; with guidance a step has two
   * @param seconds for a picture, median
   * @param score CLIP score, mean
   * @param top1 share of pictures in which the judge sees the object, 0 to 1
   * @param cmmd to the real pictures, less is better
   * @param psnr only of other deterministic settings than the reference
   * @param scoreFront nothing is both faster and of a higher score
   * @param cmmdFront nothing is both faster and of a lower CMMD
   */
  public record Row(
      Setting setting,
      int pairs,
      int evaluations,
      Interval seconds,
      Interval score,
      Interval top1,
      double cmmd,
      Optional<Likeness> psnr,
      boolean scoreFront,
      boolean cmmdFront) {}

  /**
   * What the interval of a score's difference says, with the margin stated beforehand: {@code
   * EQUIVALENT}, the whole interval is within the margin on both sides; {@code BETTER} or {@code
   * WORSE}, the whole interval is beyond it on one side; {@code TOO_FEW_PAIRS}, it is wider than
   * both margins together, so that more pairs are needed to say anything; {@code UNDECIDED}, it is
   * narrow enough and lies across a margin.
   */
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

    /** The verdict on a difference. */
    public static Verdict of(Interval difference, double margin) {
      if (!difference.bounded()) {
        return TOO_FEW_PAIRS;
      }
      if (difference.low() > -margin && difference.high() < margin) {
        return EQUIVALENT;
      }
      if (difference.low() >= margin) {
        return BETTER;
      }
      if (difference.high() <= -margin) {
        return WORSE;
      }
      return difference.high() - difference.low() >= 2 * margin ? TOO_FEW_PAIRS : UNDECIDED;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * Paired differences, {@code fast} minus {@code slow}.
   *
   * @param pairs that both have drawn
   * @param score of the CLIP score
   * @param top1 of the share of recognised objects
   * @param cmmd of CMMD; positive is worse
   * @param speedUp how many times faster, median over pairs
   */
  public record Comparison(
      Setting fast,
      Setting slow,
      int pairs,
      Interval score,
      Interval top1,
      Interval cmmd,
      Interval speedUp,
      Verdict verdict) {}
}
