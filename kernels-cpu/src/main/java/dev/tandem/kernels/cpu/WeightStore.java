package dev.tandem.kernels.cpu;

import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Node;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The weights of one executable as F32, row-major or in the layout that a primitive wants. Lowering
 * says what it needs and gets places; {@link #fill} then reads the checkpoint, on the caller's
 * thread, for a checkpoint's memory may be readable there only.
 */
final class WeightStore {
  /** Which part of which node's weight: every lane asks for the same. */
  private record Use(Node user, long first) {}

  /** Where to put a part of a weight, and in which layout. */
  private record Relayout(Node weight, long first, Reorder reorder, MemorySegment to) {}

  private final Primitives primitives;
  private final Map<Node, MemorySegment> plain = new HashMap<>();
  private final Map<Use, Relayout> relayouts = new LinkedHashMap<>();

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
   * Reads all weights that were asked for, by all threads where the checkpoint may be read by
   * several; reorders run on the device's first thread.
   *
   * @throws dev.tandem.devices.WeightException if one is missing or has another shape
   */
  void fill(Weights source, DeviceThreads threads) {
    Widening widening = new Widening(threads, source.concurrent());
    plain.forEach((weight, to) -> widening.copy(source.get(weight), to));
    try (Staging stored = new Staging()) {
      for (Relayout r : relayouts.values()) {
        Tensor t = source.get(r.weight());
        MemorySegment floats = stored.room(t.elements());
        widening.copy(t, floats);
        long from = floats.address() + r.first() * Float.BYTES;
        threads.first().run(() -> r.reorder().run(from, r.to().address()));
      }
    }
  }

  /** Memory for one value after another. */
  private static final class Staging implements AutoCloseable {
    private Arena arena = Arena.ofShared();
    private MemorySegment room = MemorySegment.NULL;

    /** Room for that many floats; what it held before is of no further use. */
    @SuppressWarnings("MustBeClosedChecker") // close() does
    MemorySegment room(long floats) {
      if (room.byteSize() < floats * Float.BYTES) {
        arena.close();
        arena = Arena.ofShared();
        room = arena.allocate(floats * Float.BYTES, Memory.ALIGNMENT);
      }
      return room;
    }

    @Override
    public void close() {
      arena.close();
    }
  }
}
