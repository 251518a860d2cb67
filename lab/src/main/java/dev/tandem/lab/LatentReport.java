package dev.tandem.lab;

import java.util.List;
import java.util.Optional;

/**
 * What latent spaces cost and lose.
 *
 * @param model whose U-Net was taken, with other first and last layers
 * @param pixels height and width of the pictures
 * @param evaluations of the U-Net that a picture is counted with
 * @param rows pixel space first
 */
record LatentReport(String model, String device, int pixels, int evaluations, List<Row> rows) {
  LatentReport {
    rows = List.copyOf(rows);
  }

  /**
   * A space.
   *
   * @param cost of one evaluation of the U-Net for one picture
   * @param seconds of one evaluation, median; NaN where it was not measured
   * @param vae the autoencoder; empty in pixel space and where there is none of that kind
   */
  record Row(LatentSpace space, LatentCost cost, Interval seconds, Optional<Reconstruction> vae) {
    /** Floating-point operations of a whole picture, the decoder included. */
    long pictureFlops(int evaluations) {
      return evaluations * cost.flops() + vae.map(Reconstruction::decodeFlops).orElse(0L);
    }
  }
}
