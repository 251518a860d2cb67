package dev.tandem.kernels.cpu;

import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.graph.DType;
import dev.tandem.graph.Node;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The weights of one executable as F32, row-major or in the layout that a primitive wants. Lowering
 * says what it needs and gets places; {@link #fill} then reads the checkpoint, on the caller's
 * thread, for a checkpoint's memory may be readable there only.
 */
final class WeightStore {
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int CHUNK = 4096;

  /** Which part of which node's weight: every lane asks for the same. */
  private record Use(Node user, long first) {}

  /** Where to put a part of a weight, and in which layout. */
  private record Relayout(Node weight, long first, Reorder reorder, MemorySegment to) {}

  private final Primitives primitives;
  private final Map<Node, MemorySegment> plain = new HashMap<>();
  private final Map<Use, Relayout> relayouts = new LinkedHashMap<>();
  private final short[] narrow = new short[CHUNK];
  private final float[] wide = new float[CHUNK];

  WeightStore(Primitives primitives) {
    this.primitives = primitives;
  }

  /** The weight in row-major order; one copy however often it is asked for. */
  MemorySegment plain(Node weight) {
    return plain.computeIfAbsent(weight, w -> allocate(w.shape().elements() * Float.BYTES));
  }

  /**
   * Part of a node's weight, its operand 1, in the layout a primitive wants.
   *
   * @param user the node; the same part for the same node is stored once
   * @param first index of the first element of the part, row-major
   * @param from layout of the part in the checkpoint
   * @param to layout that the primitive wants
   */
  Place relaid(Node user, long first, long from, long to) {
    Relayout r =
        relayouts.computeIfAbsent(
            new Use(user, first),
            _ ->
                new Relayout(
                    user.input(1),
                    first,
                    primitives.reorder(from, to),
                    allocate(primitives.lib().size(to))));
    return Place.at(r.to().address());
  }

  private MemorySegment allocate(long size) {
    return primitives.memory().allocate(Memory.Kind.WEIGHTS, size);
  }

  /**
   * Reads all weights that were asked for; reorders run on the device's thread.
   *
   * @throws dev.tandem.devices.WeightException if one is missing or has another shape
   */
  void fill(Weights source, DeviceThread thread) {
    plain.forEach((weight, to) -> toFloats(source.get(weight), to));
    for (Relayout r : relayouts.values()) {
      Tensor t = source.get(r.weight());
      try (Arena staging = Arena.ofConfined()) {
        MemorySegment stored = staging.allocate(t.elements() * Float.BYTES, 64);
        toFloats(t, stored);
        long from = stored.address() + r.first() * Float.BYTES;
        thread.run(() -> r.reorder().run(from, r.to().address()));
      }
    }
  }

  private void toFloats(Tensor t, MemorySegment to) {
    if (t.type() == DType.F32) {
      MemorySegment.copy(t.data(), 0, to, 0, t.data().byteSize());
      return;
    }
    long n = t.elements();
    for (long i = 0; i < n; i += CHUNK) {
      int m = (int) Math.min(CHUNK, n - i);
      MemorySegment.copy(t.data(), I16, i * Short.BYTES, narrow, 0, m);
      if (t.type() == DType.F16) {
        widenF16(m);
      } else {
        widenBf16(m);
      }
      MemorySegment.copy(wide, 0, to, ValueLayout.JAVA_FLOAT, i * Float.BYTES, m);
    }
  }

  private void widenF16(int n) {
    for (int i = 0; i < n; i++) {
      wide[i] = Float.float16ToFloat(narrow[i]);
    }
  }

  private void widenBf16(int n) {
    for (int i = 0; i < n; i++) {
      wide[i] = Float.intBitsToFloat(narrow[i] << 16);
    }
  }
}
