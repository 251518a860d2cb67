package dev.tandem.app;

import java.math.BigInteger;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Seeds as users write them: unsigned numbers of 64 bits, as {@code torch.manual_seed} takes them
 * and ComfyUI draws them. In the program they are a {@code long} of the same bits.
 */
final class Seeds {
  /** The largest seed, as text. */
  static final String LARGEST = "18446744073709551615";

  private static final BigInteger MOST = new BigInteger(LARGEST);
  private static final String DRAW = "-1";
  private static final long DRAWN_BELOW = 1L << 32;

  private Seeds() {}

  /**
   * The first of some seeds that count up.
   *
   * @param text of {@code --seed}; -1 draws one
   * @throws UsageException if it is no seed, or they would count past the largest
   */
  static long first(String text, long pictures) {
    return text.strip().equals(DRAW)
        ? ThreadLocalRandom.current().nextLong(DRAWN_BELOW)
        : checked(text, pictures, ", or -1 (draw one)");
  }

  /** As {@link #first}, but none can be drawn. */
  static long firstNamed(String text, long pictures) {
    return checked(text, pictures, "");
  }

  private static long checked(String text, long pictures, String orElse) {
    BigInteger seed = number(text);
    if (seed.signum() < 0 || seed.compareTo(MOST) > 0) {
      throw new UsageException("--seed must be 0 to " + LARGEST + orElse + ", got '" + text + "'");
    }
    BigInteger most = MOST.subtract(BigInteger.valueOf(pictures - 1));
    if (seed.compareTo(most) > 0) {
      throw new UsageException(
          "--seed "
              + text
              + " with "
              + pictures
              + " pictures counts past the largest seed, "
              + LARGEST
              + "; choose one of at most "
              + most);
    }
    return seed.longValue();
  }

  /** What is written, or, for what is no number, one that is no seed. */
  private static BigInteger number(String text) {
    try {
      return new BigInteger(text.strip());
    } catch (NumberFormatException e) {
      return BigInteger.ONE.negate();
    }
  }

  /** A seed as a number for JSON, where numbers have no largest. */
  static BigInteger unsigned(long seed) {
    return new BigInteger(Long.toUnsignedString(seed));
  }
}
