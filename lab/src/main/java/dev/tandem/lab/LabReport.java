package dev.tandem.lab;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a lab found.
 *
 * @param pairs of the plan; a lab that was stopped has not drawn all with all settings
 * @param complete whether all that the plan draws is there
 * @param realPictures that CMMD compares with
 * @param comparisons of each setting with slower solvers
 * @param forms each cheaper form against the model as it is
 * @param sameTime each step cache against fewer steps
 * @param pictures files of each setting that has any, by {@link LabPair#index}
 */
public record LabReport(
    LabPlan plan,
    List<LabPair> pairs,
    boolean complete,
    int realPictures,
    List<Row> rows,
    List<Comparison> comparisons,
    List<FormComparison> forms,
    List<SameTime> sameTime,
    Map<Setting, Map<Integer, Path>> pictures) {
  /** CMMD falls with the number of pictures: who has fewer than this share is in no chart. */
  static final double SHARE_FOR_FRONT = 0.9;

  public LabReport {
    pairs = List.copyOf(pairs);
    rows = List.copyOf(rows);
    comparisons = List.copyOf(comparisons);
    forms = List.copyOf(forms);
    sameTime = List.copyOf(sameTime);
    pictures = Map.copyOf(pictures);
  }

  /** Settings of which there is no picture yet. */
  public List<Setting> missing() {
    return plan.settings().stream().filter(s -> !pictures.containsKey(s)).toList();
  }

  /** Whether a row has about as many pairs as those with the most. */
  boolean isWhole(Row row) {
    return row.pairs() >= SHARE_FOR_FRONT * rows.stream().mapToInt(Row::pairs).max().orElseThrow();
  }

  /**
   * A setting's figures over the pairs that it has drawn.
   *
   * @param pairs how many
   * @param evaluations of the U-Net for a picture; with guidance a step has two
   * @param multiplyAdds of the U-Net for a picture, mean; NaN where they were not counted
   * @param seconds for a picture, median
   * @param stepSeconds of a step, median over pictures of their medians; empty if not timed
   * @param evaluationSeconds of all steps for each evaluation, median; likewise
   * @param score CLIP score, mean
   * @param top1 share of pictures in which the judge sees the object, 0 to 1
   * @param cmmd to the real pictures, less is better
   * @param likeness to the pictures of {@link LabPlan#referenceOf}
   * @param scoreFront nothing is both faster and of a higher score
   * @param cmmdFront nothing is both faster and of a lower CMMD
   */
  public record Row(
      Setting setting,
      int pairs,
      int evaluations,
      double multiplyAdds,
      Interval seconds,
      Optional<Interval> stepSeconds,
      Optional<Interval> evaluationSeconds,
      Interval score,
      Interval top1,
      double cmmd,
      Optional<Likeness> likeness,
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

  /**
   * A cheaper form against the model as it is, with the same sampler and steps.
   *
   * @param differences the form's minus the model's
   * @param work how many times fewer multiply-adds; NaN where they were not counted
   * @param floor what other seeds change of the model as it is, if that was drawn
   */
  public record FormComparison(Comparison differences, double work, Optional<NoiseFloor> floor) {
    /** The form's score against the noise floor. */
    public Verdict againstFloor() {
      return floor.map(f -> f.of(differences.score())).orElse(Verdict.TOO_FEW_PAIRS);
    }
  }

  /**
   * A step cache against fewer steps that take no less time.
   *
   * @param seconds of {@code fewer} over those of {@code cached}, median over pairs
   * @param to whose pictures both are to match
   * @param psnr of the cache minus that of fewer steps, mean over pairs, dB
   * @param ssim likewise
   */
  public record SameTime(
      Setting cached,
      Setting fewer,
      Setting to,
      int pairs,
      Interval seconds,
      Interval psnr,
      Interval ssim) {
    /** Which of both is nearer, if the interval of PSNR says so. */
    public Verdict verdict() {
      if (!psnr.bounded()) {
        return Verdict.TOO_FEW_PAIRS;
      }
      return psnr.low() > 0 ? Verdict.BETTER : psnr.high() < 0 ? Verdict.WORSE : Verdict.UNDECIDED;
    }
  }
}
