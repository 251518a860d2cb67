package dev.tandem.kernels.tornado;

import dev.tandem.devices.FloatReader;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Node;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where weights lie: in one array of 32-bit floats and one of 16-bit floats, or in several pairs of
 * them where one would be larger than a buffer may be. All weights of an operation are in one pair.
 * Nothing is read until {@link #fill}.
 */
final class WeightPlan {
  private static final int STRIP = 32;

  /** One of the pairs. */
  static final class Chunk {
    private final Map<String, Integer> known = new HashMap<>();
    private final List<Piece> pieces = new ArrayList<>();
    private long floats;
    private long halfs;

    /** Elements of the array of 32-bit floats. */
    long floats() {
      return floats;
    }

    /** Elements of the array of 16-bit floats. */
    long halfs() {
      return halfs;
    }
  }

  /** What goes into one of the arrays of a pair. */
  private record Piece(boolean half, Writing writing) {}

  /** Writes a weight, or numbers that belong to no checkpoint. */
  @FunctionalInterface
  private interface Writing {
    void write(Weights weights, MemorySegment to);
  }

  /** Writes the elements of a weight in the order in which a kernel reads them. */
  @FunctionalInterface
  private interface Order {
    void write(Tensor from, MemorySegment to, boolean asHalf, long first);
  }

  private final long mostElements;
  private final boolean half;
  private final List<Chunk> chunks = new ArrayList<>();

  /**
   * A plan of no weights.
   *
   * @param mostElements of one array
   * @param half whether matrices are kept in 16 bits
   */
  WeightPlan(long mostElements, boolean half) {
    this.mostElements = mostElements;
    this.half = half;
    begin();
  }

  private void begin() {
    Chunk c = new Chunk();
    chunks.add(c);
    c.halfs = 1;
    numbers("half", Half.table());
  }

  /**
   * Makes sure that the weights of an operation, or the weight itself, go into one pair of arrays.
   */
  void room(Node operation) {
    long need = operation.isConstant() ? operation.shape().elements() : 0;
    for (Node n : operation.inputs()) {
      need += n.isConstant() ? n.shape().elements() : 0;
    }
    if (last().floats + last().halfs + need > mostElements) {
      begin();
    }
  }

  private Chunk last() {
    return chunks.getLast();
  }

  /** Number of the pair that weights now go into. */
  int current() {
    return chunks.size() - 1;
  }

  List<Chunk> chunks() {
    return List.copyOf(chunks);
  }

  /** Offset of a weight that stays 32 bits wide, such as a bias. */
  int floats(Node weight) {
    return placed(weight.name(), weight.shape().elements(), weight, WeightPlan::plain, false);
  }

  /** Offset of a table of rows. */
  int table(Node weight) {
    return placed(
        "table " + weight.name(), weight.shape().elements(), weight, WeightPlan::plain, half);
  }

  /** Offset of a matrix {@code [taps * depth, cols]} from a weight {@code [cols, depth, taps]}. */
  int matrix(Node weight, int cols, int depth, int taps) {
    return placed(
        "matrix " + weight.name(),
        weight.shape().elements(),
        weight,
        (from, to, asHalf, first) -> transposed(from, to, asHalf, first, cols, depth, taps),
        half);
  }

  private int placed(String key, long elements, Node weight, Order order, boolean asHalf) {
    Chunk c = last();
    Integer at = c.known.get(key);
    if (at == null) {
      at = Math.toIntExact(take(c, elements, asHalf));
      c.known.put(key, at);
      int first = at;
      c.pieces.add(new Piece(asHalf, (w, to) -> order.write(w.get(weight), to, asHalf, first)));
    }
    return at;
  }

  private static long take(Chunk c, long elements, boolean asHalf) {
    long at = asHalf ? c.halfs : c.floats;
    if (asHalf) {
      c.halfs += elements;
    } else {
      c.floats += elements;
    }
    return at;
  }

  /** Offset of numbers that belong to no checkpoint, in 32 bits. */
  int numbers(String name, float... values) {
    Chunk c = last();
    Integer at = c.known.get("numbers " + name);
    if (at == null) {
      at = Math.toIntExact(take(c, values.length, false));
      c.known.put("numbers " + name, at);
      int first = at;
      c.pieces.add(new Piece(false, (_, to) -> write(to, false, first, values, values.length)));
    }
    return at;
  }

  /** Offset of one number. */
  int number(float value) {
    return numbers(Float.toString(value), value);
  }

  /** Writes all weights of one of the arrays of a pair. */
  static void fill(Chunk chunk, Weights weights, MemorySegment to, boolean halfs) {
    for (Piece p : chunk.pieces) {
      if (p.half() == halfs) {
        p.writing().write(weights, to);
      }
    }
  }

  private static void plain(Tensor from, MemorySegment to, boolean asHalf, long first) {
    FloatReader reader = new FloatReader();
    float[] part = new float[1 << 14];
    for (long at = 0; at < from.elements(); at += part.length) {
      int n = (int) Math.min(part.length, from.elements() - at);
      reader.read(from, at, part, 0, n);
      write(to, asHalf, first + at, part, n);
    }
  }

  private static void transposed(
      Tensor from, MemorySegment to, boolean asHalf, long first, int cols, int depth, int taps) {
    FloatReader reader = new FloatReader();
    int length = depth * taps;
    float[] columns = new float[STRIP * length];
    float[] row = new float[STRIP];
    for (int col = 0; col < cols; col += STRIP) {
      int n = Math.min(STRIP, cols - col);
      reader.read(from, (long) col * length, columns, 0, n * length);
      for (int tap = 0; tap < taps; tap++) {
        for (int d = 0; d < depth; d++) {
          for (int i = 0; i < n; i++) {
            row[i] = columns[i * length + d * taps + tap];
          }
          long at = ((long) tap * depth + d) * cols + col;
          write(to, asHalf, first + at, row, n);
        }
      }
    }
  }

  private static void write(MemorySegment to, boolean asHalf, long first, float[] from, int n) {
    if (asHalf) {
      for (int i = 0; i < n; i++) {
        to.setAtIndex(ValueLayout.JAVA_SHORT, first + i, Float.floatToFloat16(from[i]));
      }
    } else {
      MemorySegment.copy(from, 0, to, ValueLayout.JAVA_FLOAT, first * Float.BYTES, n);
    }
  }
}
