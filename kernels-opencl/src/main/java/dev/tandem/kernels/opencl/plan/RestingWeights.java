package dev.tandem.kernels.opencl.plan;

import dev.tandem.devices.CompileOptions.WeightMemory;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import dev.tandem.kernels.opencl.plan.PlannedBuffer.Kind;
import java.util.Map;

/**
 * Weights that stay as their file has them: each operation that reads one has it unpacked first,
 * into scratch memory, in the layout of its kernel.
 */
final class RestingWeights {
  /** Weights that are laid for speed automatically, bytes in F32 (decision note 097). */
  private static final long FOR_SPEED = 256L << 20;

  /** Numbers that a work-item of a processor unpacks, about. */
  private static final int CHUNK = 4096;

  /** Numbers of a row that are read at once, at most. */
  private static final int RUN = 16;

  private static final int MOST_LANES = 64;

  private RestingWeights() {}

  /**
   * Where the weights of a graph are while nothing reads them: automatically they rest where they
   * are many, or packed to take little memory.
   */
  static WeightMemory memory(Graph g, WeightMemory asked) {
    if (asked != WeightMemory.AUTO) {
      return asked;
    }
    boolean packed = g.nodes().stream().anyMatch(n -> n.op() instanceof Op.Dequantize);
    long elements = g.weights().stream().mapToLong(w -> w.shape().elements()).sum();
    return packed || elements * Float.BYTES > FOR_SPEED ? WeightMemory.REST : WeightMemory.SPEED;
  }

  /**
   * Whether an operation's weight stays as it is stored. What is packed always does: that is what
   * it is packed for.
   */
  static boolean rests(Lowering low, Node weight) {
    return weight.op() instanceof Op.Dequantize
        || (weight.isWeight() && low.weightMemory() != WeightMemory.SPEED);
  }

  /** Unpacks a weight {@code [rows, depth, taps...]} into panels, in the storage type. */
  static Ref panels(Lowering low, Node n, Panels p) {
    Node w = n.input(1);
    Shape s = w.shape();
    int taps = Math.toIntExact(s.elements() / s.dim(0) / s.dim(1));
    int panels = p.count(s.dim(0));
    long elements = (long) panels * taps * s.dim(1) * p.width();
    Ref out = low.scratch().take(elements, low.realBytes());
    Sizes sizes = Sizes.of(low, p.width(), taps);
    KernelCall k = raw(low, n, "to_panels", sizes.vec()).tensor(out).i(group(w));
    k.i(s.dim(0)).i(s.dim(1)).i(taps).i(p.width()).i(p.unit());
    sizes.run(k, s.dim(1), panels);
    return out;
  }

  /** Unpacks the kernels of a 3x3 convolution into the Winograd domain, 32-bit floats. */
  static Ref winograd(Lowering low, Node n, GemmShape s, Panels p) {
    Node w = n.input(1);
    Ref out = low.scratch().take(WinogradTiles.weights(s, p), Float.BYTES);
    Sizes sizes = Sizes.of(low, p.width(), WinogradTiles.POSITIONS);
    KernelCall k = raw(low, n, "to_winograd", sizes.vec()).tensor(out).i(group(w));
    k.i(s.cols()).i(s.depth()).i(p.width());
    sizes.run(k, s.depth(), p.count(s.cols()));
    return out;
  }

  /** Rows of a table, unpacked one by one. */
  static void takeRows(Lowering low, Node n) {
    long elements = n.shape().elements();
    Node table = n.input(1);
    KernelCall k =
        low.call(n, "unpack", "take_rows", defines(low, table, 1)).tensor(low.ref(n.input(0)));
    stored(low, k, table).tensor(low.ref(n)).i(group(table)).l(elements);
    k.i(n.shape().dim(-1)).i(table.shape().dim(0));
    k.runFlat(elements, low.tunables("move", "any").get("GROUP"));
  }

  private static KernelCall raw(Lowering low, Node n, String entry, int vec) {
    return stored(low, low.call(n, "unpack", entry, defines(low, n.input(1), vec)), n.input(1));
  }

  /** The arguments of what is stored: numbers and scales. */
  private static KernelCall stored(Lowering low, KernelCall k, Node w) {
    Kind kind = low.weightMemory() == WeightMemory.STREAM ? Kind.STREAMED : Kind.RESTING;
    boolean aligned = low.family() == KernelFamily.GPU;
    return w.op() instanceof Op.Dequantize
        ? k.tensor(low.weights().raw(w.input(0), kind, aligned))
            .tensor(low.weights().floats(w.input(1)))
        : k.tensor(low.weights().raw(w, kind, aligned)).zeros().l(0);
  }

  private static Tunables defines(Lowering low, Node w, int vec) {
    int stored =
        w.op() instanceof Op.Dequantize d
            ? d.bits() == 8 ? 3 : 4
            : w.type() == DType.F32 ? 0 : w.type() == DType.F16 ? 1 : 2;
    Tunables defines = Tunables.of(Map.of("STORED", stored, "VEC", vec));
    // Processors read the file's memory, which need not be aligned.
    return low.family() == KernelFamily.CPU ? defines.with("BYTES", 1) : defines;
  }

  private static int group(Node w) {
    return w.op() instanceof Op.Dequantize d ? d.group() : 1;
  }

  /**
   * How panels are shared out.
   *
   * @param lanes work-items of a work-group, beside each other along a panel's width
   * @param chunk of the depth for each, an even number
   */
  private record Sizes(int vec, int lanes, int chunk) {
    static Sizes of(Lowering low, int width, int taps) {
      if (low.family() == KernelFamily.GPU) {
        return new Sizes(1, VectorWidth.dividing(MOST_LANES, width), 4);
      }
      int most = Integer.highestOneBit(Math.clamp(low.vectorWidth(), 4, RUN));
      int chunk = Math.ceilDiv(CHUNK, width * taps * RUN) * RUN;
      return new Sizes(VectorWidth.dividing(most, width), 1, chunk);
    }

    void run(KernelCall k, int depth, int panels) {
      k.i(chunk)
          .run(new long[] {lanes, Math.ceilDiv(depth, chunk), panels}, new long[] {lanes, 1, 1});
    }
  }
}
