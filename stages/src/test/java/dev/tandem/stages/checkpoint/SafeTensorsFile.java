package dev.tandem.stages.checkpoint;

import dev.tandem.graph.DType;
import dev.tandem.graph.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** Writes safetensors files, right or wrong ones, byte by byte. */
final class SafeTensorsFile {
  private SafeTensorsFile() {}

  /** A file with a truthful header length. */
  static Path write(Path file, String header, byte... data) {
    return write(file, header.getBytes(StandardCharsets.UTF_8).length, header, data);
  }

  /** A file that claims a header of that length. */
  static Path write(Path file, long headerLength, String header, byte... data) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer b =
        ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    return write(file, b.putLong(headerLength).put(json).put(data).array());
  }

  static Path write(Path file, byte[] bytes) {
    try {
      Files.createDirectories(file.getParent());
      return Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] floats(float... values) {
    ByteBuffer b = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (float v : values) {
      b.putFloat(v);
    }
    return b.array();
  }

  /** One F32 tensor of two values. */
  static Path pair(Path file, String name, float a, float b) {
    return write(
        file,
        "{\"" + name + "\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        floats(a, b));
  }

  /**
   * A tensor to write.
   *
   * @param values that its type holds exactly
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared as records
  record Values(DType type, Shape shape, float... values) {
    void put(ByteBuffer to) {
      for (float v : values) {
        switch (type) {
          case F32 -> to.putFloat(v);
          case F16 -> to.putShort(Float.floatToFloat16(v));
          case BF16 -> to.putShort((short) (Float.floatToRawIntBits(v) >>> 16));
          case I8 -> to.put((byte) v);
          case I32 -> to.putInt((int) v);
          case I64 -> to.putLong((long) v);
        }
      }
    }
  }

  /** A file with these tensors, in order. */
  static Path write(Path file, Map<String, Values> tensors) {
    StringBuilder header = new StringBuilder("{");
    long bytes = 0;
    for (Map.Entry<String, Values> e : tensors.entrySet()) {
      Values v = e.getValue();
      long end = bytes + v.shape().elements() * v.type().bytes();
      header
          .append(header.length() == 1 ? "" : ",")
          .append('"' + e.getKey() + "\":{\"dtype\":\"" + v.type() + "\",\"shape\":")
          .append(Arrays.toString(v.shape().toArray()))
          .append(",\"data_offsets\":[" + bytes + "," + end + "]}");
      bytes = end;
    }
    ByteBuffer data = ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    tensors.values().forEach(v -> v.put(data));
    return write(file, header.append('}').toString(), data.array());
  }
}
