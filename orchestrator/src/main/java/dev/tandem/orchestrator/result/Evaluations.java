package dev.tandem.orchestrator.result;

/**
 * How often finished pictures asked the U-Net; both halves of a guided step are one evaluation.
 *
 * @param full evaluations that computed all of it
 * @param shallow evaluations of which a cache took most over from earlier ones
 */
public record Evaluations(long full, long shallow) {
  public static final Evaluations NONE = new Evaluations(0, 0);

  public Evaluations plus(Evaluations other) {
    return new Evaluations(full + other.full, shallow + other.shallow);
  }
}
