package dev.tandem.kernels.cpu;

import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.graph.DType;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * The weights of one executable as F32, row-major or in the layout that a primitive wants. Lowering
 * says what it needs and gets places; {@link #fill} then reads the checkpoint, on the caller's
 * thread, for a checkpoint's memory may be readable there only.
 */
final class WeightStore {
  /** Which part of which node's weight: every lane asks for the same. */
  private record Use(Node user, long first) {}

  /** Where to put a part of a weight, and in which layout. */
  private record Relayout(
      Node weight,
      long first,
      Optional<WinogradTiles> winograd,
      Reorder reorder,
      MemorySegment to) {}

  private final Primitives primitives;
  private final OneDnnDevice device;
  private final Map<Node, MemorySegment> plain = new HashMap<>();
  private final Map<WinogradForm, WinogradKernels> winograd = new EnumMap<>(WinogradForm.class);
  private final Map<Node, Resting> resting = new LinkedHashMap<>();
  private final Map<Use, Relayout> relayouts = new LinkedHashMap<>();

  WeightStore(Primitives primitives, OneDnnDevice device) {
    this.primitives = primitives;
    this.device = device;
  }

  /** The weight in row-major order; one copy however often it is asked for. */
  MemorySegment plain(Node weight) {
    return plain.computeIfAbsent(weight, w -> allocate(w.shape().elements() * Float.BYTES));
  }

  /** The weight as it is stored. */
  Resting resting(Node weight) {
    return resting.computeIfAbsent(weight, w -> new Resting(w, device.pages()));
  }

  /**
   * Counts what rests: all of it, or what lies in memory at one time.
   *
   * @param stream whether each weight is let go when it was read
   */
  void reserve(boolean stream) {
    LongStream bytes = resting.values().stream().mapToLong(Resting::bytes);
    long sum = stream ? bytes.max().orElse(0) : bytes.sum();
    if (sum > 0) {
      primitives.memory().reserve(Memory.Kind.WEIGHTS, sum);
    }
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
                    Optional.empty(),
                    reorder(from, to),
                    allocate(primitives.lib().size(to))));
    return Place.at(r.to().address());
  }

  /**
   * A convolution's weight, operand 1 of its node, in the Winograd domain {@code [positions, in,
   * out]}.
   *
   * @param to layout that the product wants
   */
  Place winograd(Node user, WinogradTiles tiles, long to) {
    long in = tiles.in();
    long out = tiles.out();
    long[] dims = {tiles.form().positions(), in, out};
    winograd.computeIfAbsent(tiles.form(), form -> new WinogradKernels(primitives, form));
    Relayout r =
        relayouts.computeIfAbsent(
            new Use(user, 0),
            _ ->
                new Relayout(
                    user.input(1),
                    0,
                    Optional.of(tiles),
                    primitives.reorder(primitives.layout(dims, new long[] {in * out, 1, in}), to),
                    allocate(primitives.lib().size(to))));
    return Place.at(r.to().address());
  }

  /** A reorder by all threads, on whatever lane's account it is made. */
  private Reorder reorder(long from, long to) {
    OpenMp openMp = device.openMp();
    int lane = openMp.threads();
    openMp.setThreads(device.threads().count());
    Reorder reorder = primitives.reorder(from, to);
    openMp.setThreads(lane);
    return reorder;
  }

  private MemorySegment allocate(long size) {
    return primitives.memory().allocate(Memory.Kind.WEIGHTS, size);
  }

  /**
   * Reads all weights that were asked for, by all threads where the checkpoint may be read by
   * several; what is made of them is made on the device's threads.
   *
   * @throws dev.tandem.devices.WeightException if one is missing or has another shape
   */
  void fill(Weights weights) {
    DeviceThreads threads = device.threads();
    threads.first().run(() -> device.openMp().setThreads(threads.count()));
    Widening widening = new Widening(threads, weights.concurrent());
    resting.values().forEach(r -> r.fill(weights, primitives.memory()));
    plain.forEach(
        (weight, to) -> {
          Tensor t = weights.get(weight);
          widening.copy(t, to);
          letGo(weights, weight);
        });
    try (Staging stored = new Staging();
        Staging domain = new Staging()) {
      for (Relayout r : relayouts.values()) {
        Tensor t = weights.get(r.weight());
        MemorySegment values = stored.room(t.elements());
        if (t.type() == DType.I8) {
          MemorySegment.copy(t.data(), 0, values, 0, t.data().byteSize());
        } else {
          widening.copy(t, values);
        }
        letGo(weights, r.weight());
        threads.first().run(() -> lay(r, values, domain));
      }
    }
  }

  /** The file's memory of what has been copied is not needed any more. */
  private void letGo(Weights weights, Node weight) {
    if (weight.op() instanceof Op.Dequantize) {
      weight.inputs().forEach(part -> letGo(weights, part));
    } else {
      device.pages().letGo(weights.get(weight).data());
    }
  }

  private void lay(Relayout r, MemorySegment floats, Staging domain) {
    MemorySegment source = floats;
    if (r.winograd().isPresent()) {
      WinogradTiles t = r.winograd().get();
      source = domain.room(t.kernelFloats());
      winograd.get(t.form()).transform(floats, source, (long) t.in() * t.out());
    }
    int element = r.weight().type() == DType.I8 ? 1 : Float.BYTES; // real ones are staged as F32
    r.reorder().run(source.address() + r.first() * element, r.to().address());
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
