package dev.tandem.orchestrator.compare;

import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.stages.quality.Psnr;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The pictures of a round: the first of them, and of all a hash, so that a difference in any of
 * them is found.
 *
 * @param pictures the first, as they came
 * @param hashes of the pixels, by the pictures' numbers
 */
public record Sample(List<Picture> pictures, Map<Integer, Long> hashes) {
  /** A page of more would be of no use to anybody. */
  public static final int MOST = 64;

  public Sample {
    pictures = List.copyOf(pictures);
    hashes = Map.copyOf(hashes);
  }

  /** A sample of these pictures. */
  public static Sample of(List<Picture> all) {
    Taker taker = new Taker();
    all.forEach(taker::take);
    return taker.sample();
  }

  /** Takes pictures one by one; one thread at a time. */
  static final class Taker {
    private final List<Picture> first = new ArrayList<>();
    private final Map<Integer, Long> hashes = new HashMap<>();

    void take(Picture p) {
      if (p.index() < MOST) {
        first.add(p);
      }
      hashes.put(p.index(), hash(p.rgb()));
    }

    Sample sample() {
      return new Sample(first, hashes);
    }
  }

  private static long hash(byte[] rgb) {
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(rgb)).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * PSNR of the picture that differs most, dB: infinite if none differs; empty if there is none, or
   * only pictures differ that are not kept.
   */
  static OptionalDouble worst(Sample expected, Sample actual) {
    OptionalDouble kept = worst(expected.pictures, actual.pictures);
    boolean equal =
        actual.hashes.entrySet().stream()
            .allMatch(
                e -> e.getValue().equals(expected.hashes.getOrDefault(e.getKey(), e.getValue())));
    boolean hidden = !equal && kept.isPresent() && Double.isInfinite(kept.getAsDouble());
    return hidden ? OptionalDouble.empty() : kept;
  }

  /** Of the pictures with the same number, PSNR of the pair that differs most, dB. */
  private static OptionalDouble worst(List<Picture> expected, List<Picture> actual) {
    Map<Integer, Picture> byIndex = new HashMap<>();
    expected.forEach(p -> byIndex.put(p.index(), p));
    return actual.stream()
        .filter(p -> byIndex.containsKey(p.index()))
        .mapToDouble(p -> Psnr.of(byIndex.get(p.index()).rgb(), p.rgb()))
        .min();
  }
}
