package dev.tandem.kernels.cpu;

import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A weight in the layout that a primitive wants.
 *
 * @param place where it lies when the primitive runs
 * @param before what must run before it, to bring the weight there
 */
record WeightUse(Place place, List<Kernel> before) {
  /** So many bytes of F32 are unpacked at once: the processor's last cache holds them. */
  private static final long CHUNK = 8 << 20;

  /** Blocks of every layout end where a multiple of so many rows does. */
  private static final int BLOCKS = 192;

  /** Fewer elements are unpacked by one thread: handing them over costs what is saved. */
  private static final long SMALLEST_SHARED = 1 << 16;

  /**
   * Some rows of a node's weight, its operand 1: what belongs to some extents of the first axis.
   *
   * @param transposed true if oneDNN is to see a matrix {@code [columns, rows]}
   */
  record Part(Node user, int firstRow, int rows, boolean transposed) {
    private Part some(int first, int count) {
      return new Part(user, firstRow + first, count, transposed);
    }

    /** Which of oneDNN's axes counts rows. */
    private int rowAxis() {
      return transposed ? 1 : 0;
    }

    private long rowSize() {
      Shape s = user.input(1).shape();
      return s.elements() / s.dim(0);
    }

    /** Extents as oneDNN sees them. */
    private long[] dims() {
      if (transposed) {
        return new long[] {rowSize(), rows};
      }
      Shape s = user.input(1).shape();
      return new long[] {rows, s.dim(1), s.dim(2), s.dim(3)};
    }

    /** The layout in which it is stored. */
    private long layout(Primitives p) {
      return transposed ? p.layout(dims(), new long[] {1, rowSize()}) : p.layout(dims());
    }
  }

  /**
   * The weight at its place.
   *
   * @param wanted layout that the primitive wants
   * @param scratch from where the scratch area may be used, bytes
   */
  static WeightUse of(Lowering low, Part part, long wanted, long scratch) {
    return low.residence().resting().contains(part.user)
        ? unpacked(low, part, wanted, scratch)
        : new WeightUse(laid(low, part, wanted), List.of());
  }

  /** What brings the weight to its place, and the kernel that reads it there. */
  List<Kernel> then(Kernel reader) {
    List<Kernel> all = new ArrayList<>(before);
    all.add(reader);
    return all;
  }

  private static Place laid(Lowering low, Part part, long wanted) {
    long from = part.layout(low.primitives());
    return low.weights().relaid(part.user, part.firstRow * part.rowSize(), from, wanted);
  }

  /** Chunk by chunk: stored rows as F32, then into the wanted layout. */
  private static WeightUse unpacked(Lowering low, Part part, long wanted, long scratch) {
    Primitives p = low.primitives();
    Resting weight = low.weights().resting(part.user.input(1));
    long bytes = Primitives.align(p.lib().size(wanted));
    Place to = p.temporary(scratch, bytes);
    long rowBytes = part.rowSize() * Float.BYTES;
    int rows = (int) Math.max(1, CHUNK / rowBytes / BLOCKS) * BLOCKS;
    Place staging = p.temporary(scratch + bytes, Math.min(rows, part.rows) * rowBytes);
    List<Kernel> kernels = new ArrayList<>();
    for (int first = 0; first < part.rows; first += rows) {
      Part chunk = part.some(first, Math.min(rows, part.rows - first));
      kernels.add(stored(low, weight, chunk, p.segment(staging, chunk.rows * rowBytes)));
      long[] offsets = new long[chunk.dims().length];
      offsets[part.rowAxis()] = first;
      kernels.add(p.copy(chunk.layout(p), staging, p.within(wanted, chunk.dims(), offsets), to));
    }
    if (low.residence().stream()) {
      kernels.add(weight::letGo);
    }
    return new WeightUse(to, kernels);
  }

  private static Kernel stored(
      Lowering low, Resting weight, Part chunk, Supplier<MemorySegment> to) {
    int rows = chunk.rows;
    long rowBytes = chunk.rowSize() * Float.BYTES;
    int each = rows * chunk.rowSize() < SMALLEST_SHARED ? rows : 1;
    return low.team()
        .kernel(
            (rows + each - 1) / each,
            (i, space) -> {
              MemorySegment segment = to.get();
              for (int r = i * each; r < Math.min(rows, (i + 1) * each); r++) {
                weight.row(space.unpacker(), chunk.firstRow + r, segment, r * rowBytes);
              }
            });
  }
}
