package dev.tandem.kernels.tornado;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/**
 * Elements of activations and weights, in 32 or 16 bits. Every kernel takes both arrays, of which
 * the other one is a single element, and {@code narrow}, which is a constant to the compiler: the
 * branch costs nothing.
 */
final class Values {
  private Values() {}

  /**
   * Element {@code at} as a float.
   *
   * @param wide where it is if {@code narrow} is 0
   * @param small where it is if not
   * @param table begins with {@link Half#table}
   */
  static float get(FloatArray wide, ShortArray small, int at, int narrow, FloatArray table) {
    return narrow == 0 ? wide.get(at) : Half.decode(small.get(at), table);
  }

  /** Stores element {@code at}. */
  static void set(
      FloatArray wide, ShortArray small, int at, float v, int narrow, FloatArray table) {
    if (narrow == 0) {
      wide.set(at, v);
    } else {
      small.set(at, (short) Half.encode(v, table));
    }
  }
}
