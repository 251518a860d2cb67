package dev.tandem.planning;

import dev.tandem.devices.CompileOptions.Precision;

/** What numbers take where they are stored. */
public final class StoredBytes {
  private StoredBytes() {}

  /** Bytes of what takes that many in single precision. */
  public static long of(long singleBytes, Precision precision) {
    return precision == Precision.F16 ? singleBytes / 2 : singleBytes;
  }
}
