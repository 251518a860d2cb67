package dev.tandem.stages;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Values of one half or of both in a batch. */
final class Rows {
  private Rows() {}

  /** The halves' values one after the other, in the order of the batch. */
  static float[] join(Half half, Function<Half, float[]> values) {
    List<float[]> rows = half.halves().stream().map(values).toList();
    int length = rows.getFirst().length;
    float[] all = Arrays.copyOf(rows.getFirst(), rows.size() * length);
    for (int i = 1; i < rows.size(); i++) {
      System.arraycopy(rows.get(i), 0, all, i * length, length);
    }
    return all;
  }

  /** Each half's values, in the order of the batch. */
  static List<float[]> split(Half half, float[] all) {
    int length = all.length / half.batch();
    return IntStream.range(0, half.batch())
        .mapToObj(i -> Arrays.copyOfRange(all, i * length, (i + 1) * length))
        .toList();
  }
}
