package dev.tandem.devices.cases;

import java.util.SplittableRandom;

/** How the elements of an input or weight are drawn. */
@FunctionalInterface
public interface Fill {
  /** The element at a row-major index. */
  double at(SplittableRandom random, long index);

  /** Uniform in {@code mean - spread} to {@code mean + spread}. */
  static Fill uniform(double mean, double spread) {
    return (random, _) -> mean + spread * (2 * random.nextDouble() - 1);
  }

  /** Whole numbers from 0 to {@code n - 1}. */
  static Fill below(int n) {
    return (random, _) -> random.nextInt(n);
  }

  /** The given values, over and over. */
  static Fill values(double... values) {
    return (_, index) -> values[(int) (index % values.length)];
  }
}
