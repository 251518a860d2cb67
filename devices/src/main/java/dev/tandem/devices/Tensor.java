package dev.tandem.devices;

import dev.tandem.graph.DType;
import dev.tandem.graph.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A row-major tensor in native, little-endian memory. It does not own its memory: the arena, device
 * or file that made it does.
 */
public record Tensor(Shape shape, DType type, MemorySegment data) {
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  public Tensor {
    long need = shape.elements() * type.bytes();
    if (data.byteSize() != need) {
      throw new IllegalArgumentException(
          "tensor " + shape + " " + type + " needs " + need + " bytes, got " + data.byteSize());
    }
  }

  /** A zeroed tensor, aligned for vector loads. */
  public static Tensor allocate(Arena arena, Shape shape, DType type) {
    return new Tensor(shape, type, arena.allocate(shape.elements() * type.bytes(), 64));
  }

  /** An F32 tensor with the given values. */
  public static Tensor of(Arena arena, Shape shape, float... values) {
    return allocate(arena, shape, DType.F32).set(values);
  }

  /** An I32 tensor with the given values. */
  public static Tensor ofInts(Arena arena, Shape shape, int... values) {
    return allocate(arena, shape, DType.I32).set(values);
  }

  /** Overwrites an F32 tensor; the length must be {@link #elements()}. */
  public Tensor set(float[] values) {
    require(DType.F32);
    requireLength(values.length);
    MemorySegment.copy(values, 0, data, F32, 0, values.length);
    return this;
  }

  /** Overwrites an I32 tensor; the length must be {@link #elements()}. */
  public Tensor set(int[] values) {
    require(DType.I32);
    requireLength(values.length);
    MemorySegment.copy(values, 0, data, I32, 0, values.length);
    return this;
  }

  /** Overwrites this tensor with another of the same shape and type. */
  public Tensor set(Tensor other) {
    if (!other.shape.equals(shape) || other.type != type) {
      throw new IllegalArgumentException(
          "cannot copy " + other.shape + " " + other.type + " into " + shape + " " + type);
    }
    MemorySegment.copy(other.data, 0, data, 0, data.byteSize());
    return this;
  }

  public long elements() {
    return shape.elements();
  }

  /** Element {@code i} in row-major order, converted to F32 (exactly, from F16 and BF16). */
  public float getFloat(long i) {
    return switch (type) {
      case F32 -> data.get(F32, i * 4);
      case F16 -> Float.float16ToFloat(data.get(I16, i * 2));
      case BF16 -> Float.intBitsToFloat(data.get(I16, i * 2) << 16);
      case I8 -> data.get(ValueLayout.JAVA_BYTE, i);
      case I32 -> data.get(I32, i * 4);
      case I64 -> data.get(I64, i * 8);
    };
  }

  public void setFloat(long i, float value) {
    require(DType.F32);
    data.set(F32, i * 4, value);
  }

  /** Element {@code i} of an integer tensor. */
  public int getInt(long i) {
    return switch (type) {
      case I8 -> data.get(ValueLayout.JAVA_BYTE, i);
      case I32 -> data.get(I32, i * 4);
      case I64 -> Math.toIntExact(data.get(I64, i * 8));
      default -> throw new IllegalStateException("tensor is " + type + ", not integer");
    };
  }

  /** All elements as F32, row-major. */
  public float[] toFloats() {
    float[] out = new float[Math.toIntExact(elements())];
    copyTo(out);
    return out;
  }

  /** Writes all elements as F32, row-major, into an array of {@link #elements()} elements. */
  public void copyTo(float[] out) {
    requireLength(out.length);
    if (type.isFloat()) {
      new FloatReader().read(this, 0, out, 0, out.length);
    } else {
      for (int i = 0; i < out.length; i++) {
        out[i] = getFloat(i);
      }
    }
  }

  /** All elements of an integer tensor. */
  public int[] toInts() {
    int[] out = new int[Math.toIntExact(elements())];
    for (int i = 0; i < out.length; i++) {
      out[i] = getInt(i);
    }
    return out;
  }

  /** The same memory under another shape with as many elements. */
  public Tensor reshaped(Shape other) {
    return new Tensor(other, type, data);
  }

  private void require(DType expected) {
    if (type != expected) {
      throw new IllegalStateException("tensor is " + type + ", not " + expected);
    }
  }

  private void requireLength(int n) {
    if (n != elements()) {
      throw new IllegalArgumentException(
          "tensor " + shape + " has " + elements() + " elements, not " + n);
    }
  }
}
