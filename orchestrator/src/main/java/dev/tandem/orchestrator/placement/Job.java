package dev.tandem.orchestrator.placement;

/**
 * What is to be made, as far as a placement depends on it.
 *
 * @param pictures how many, at least 1
 * @param prompts how many different prompts are to be encoded, negative ones included, at least 1
 * @param evaluations of the U-Net for each picture, at least 1 (for most samplers: the steps)
 * @param guided whether each evaluation has a conditional and an unconditional half
 * @param width of a picture, pixels
 * @param height of a picture, pixels
 */
public record Job(
    int pictures, int prompts, int evaluations, boolean guided, int width, int height) {
  public Job {
    require("pictures", pictures);
    require("prompts", prompts);
    require("evaluations", evaluations);
    require("width", width);
    require("height", height);
  }

  /** Each of its pictures. */
  public PictureKind kind() {
    return new PictureKind(evaluations, guided, width, height);
  }

  private static void require(String field, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(field + " is " + value + ": it must be at least 1");
    }
  }
}
