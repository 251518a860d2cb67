package dev.tandem.stages;

import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What an evaluation of the U-Net, or one half of it, came to. It changes nothing until {@link
 * Denoising#advance} takes it, so it may be thrown away and made again elsewhere.
 */
public final class Evaluation {
  private final float[] output;
  private final List<Optional<Kept>> kept;
  private final boolean shallow;

  /**
   * An evaluation.
   *
   * @param kept of each half, in the order of the batch; empty where what was kept stays
   * @param shallow whether most of it was taken over from an earlier one
   */
  Evaluation(float[] output, List<Optional<Kept>> kept, boolean shallow) {
    this.output = output;
    this.kept = List.copyOf(kept);
    this.shallow = shallow;
  }

  /** One that nothing is kept of. */
  static Evaluation of(Half half, float[] output, boolean shallow) {
    return new Evaluation(output, Collections.nCopies(half.batch(), Optional.empty()), shallow);
  }

  /** The U-Net's answer, {@code [batch, height, width, channels]}; to be read only. */
  public float[] output() {
    return output;
  }

  /** Whether most of it was taken over from an earlier evaluation of the picture. */
  public boolean shallow() {
    return shallow;
  }

  List<Optional<Kept>> kept() {
    return kept;
  }
}
