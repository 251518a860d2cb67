package dev.tandem.kernels.tornado;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.DType;
import dev.tandem.graph.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * An array of TornadoVM's on host and device, known by its size until {@link #allocate}. The host's
 * side takes memory only where somebody writes or reads it.
 */
final class DeviceArray {
  /** What goes between host and device. */
  enum Role {
    /** Nothing: it is the device's own. */
    RESIDENT,
    /** Its contents, once. */
    ONCE,
    /** Its contents, before each run. */
    INPUT,
    /** Its contents, after each run. */
    OUTPUT
  }

  /** Type of its elements. */
  enum Elements {
    FLOATS(4),
    SHORTS(2),
    INTS(4);

    private final int bytes;

    Elements(int bytes) {
      this.bytes = bytes;
    }
  }

  private final Role role;
  private final Elements type;
  private final String purpose;
  private final long count;
  private final Optional<Consumer<MemorySegment>> contents;
  private TornadoNativeArray array;

  /**
   * An array of at least one element.
   *
   * @param purpose what it is called in messages
   * @param contents writes all elements; needed for {@link Role#ONCE} alone
   */
  DeviceArray(
      Role role,
      Elements type,
      String purpose,
      long count,
      Optional<Consumer<MemorySegment>> contents) {
    if (count > Integer.MAX_VALUE - 64) {
      throw new DeviceException(
          purpose + " has " + count + " elements; TornadoVM's arrays have at most 2^31");
    }
    this.role = role;
    this.type = type;
    this.purpose = purpose;
    this.count = Math.max(1, count);
    this.contents = contents;
  }

  /** Sizes and offsets of a kernel. */
  static DeviceArray sizes(String purpose, int... values) {
    return new DeviceArray(
        Role.ONCE,
        Elements.INTS,
        purpose,
        values.length,
        Optional.of(to -> to.copyFrom(MemorySegment.ofArray(values))));
  }

  Role role() {
    return role;
  }

  /** True if kernels may write it. */
  boolean written() {
    return role == Role.RESIDENT || role == Role.OUTPUT;
  }

  /** How many elements it has. */
  int count() {
    return (int) count;
  }

  String purpose() {
    return purpose;
  }

  /** On the device, with its header. */
  long bytes() {
    return TornadoNativeArray.ARRAY_HEADER + count * type.bytes;
  }

  /**
   * Makes it, and writes its contents.
   *
   * @param hashes of all arrays of a graph, to which its own is added: TornadoVM knows its
   *     arguments by their hash codes, and takes two with the same for one
   */
  void allocate(Arena arena, Set<Integer> hashes) {
    MemorySegment memory = UntouchedMemory.allocate(arena, purpose, bytes());
    do {
      array = around(memory);
    } while (!hashes.add(array.hashCode()));
    contents.ifPresent(c -> c.accept(data()));
  }

  private TornadoNativeArray around(MemorySegment memory) {
    return switch (type) {
      case FLOATS -> FloatArray.fromSegmentShallow(memory);
      case SHORTS -> ShortArray.fromSegmentShallow(memory);
      case INTS -> IntArray.fromSegmentShallow(memory);
    };
  }

  /** Gives back the host's memory of what is on the device. */
  void uploaded() {
    if (role == Role.ONCE) {
      UntouchedMemory.giveBack(array.getSegmentWithHeader());
    }
  }

  /** What tasks are given. */
  TornadoNativeArray object() {
    return array;
  }

  FloatArray floats() {
    return (FloatArray) array;
  }

  ShortArray shorts() {
    return (ShortArray) array;
  }

  IntArray ints() {
    return (IntArray) array;
  }

  private MemorySegment data() {
    return array.getSegment();
  }

  /** Its first elements as a tensor. */
  Tensor tensor(Shape shape, DType as) {
    return new Tensor(shape, as, data().asSlice(0, shape.elements() * as.bytes()));
  }

  @Override
  public String toString() {
    return purpose + " (" + role + ", " + count + " " + type + ")";
  }
}
