package dev.tandem.graph;

/** Element type of a tensor. */
public enum DType {
  F32(4),
  F16(2),
  BF16(2),
  /** Whole numbers of 8 bits, or two of 4 bits: see {@link Op.Dequantize}. */
  I8(1),
  I32(4),
  I64(8);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** True for types that hold real numbers. */
  public boolean isFloat() {
    return this == F32 || this == F16 || this == BF16;
  }
}
