package dev.tandem.lab;

import java.util.ArrayList;
import java.util.List;

/**
 * What a diffusion model works on.
 *
 * @param factor pixels that a latent stands for, each way
 * @param channels of a latent
 */
record LatentSpace(int factor, int channels) {
  /** The other end: no autoencoder at all. */
  static final LatentSpace PIXELS = new LatentSpace(1, 3);

  private static final int BYTES = Float.BYTES;

  /** Pixels first, then from the largest to the smallest. */
  static List<LatentSpace> all() {
    List<LatentSpace> out = new ArrayList<>(List.of(PIXELS));
    for (int factor : new int[] {4, 8}) {
      for (int channels : new int[] {16, 8, 4}) {
        out.add(new LatentSpace(factor, channels));
      }
    }
    return out;
  }

  /** As folders of autoencoders are called, for example {@code f8-c4}. */
  String name() {
    return equals(PIXELS) ? "pixels" : "f" + factor + "-c" + channels;
  }

  /** Height and width in this space of a square picture of so many pixels. */
  int side(int pixels) {
    if (pixels % factor != 0) {
      throw new LabException(
          "pictures of " + pixels + " pixels cannot be made " + factor + " times smaller");
    }
    return pixels / factor;
  }

  /** Bytes of a square picture's values in this space, in F32 as a sampler holds them. */
  long bytes(int pixels) {
    return (long) side(pixels) * side(pixels) * channels * BYTES;
  }
}
