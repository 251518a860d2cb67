package dev.tandem.stages.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.files.WholeFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** Writes safetensors files piece by piece, so that mapped tensors need not be in memory. */
public final class SafeTensorsWriter {
  private static final int ALIGNMENT = 8;
  private static final int PIECE = 1 << 20;

  private SafeTensorsWriter() {}

  /**
   * Writes a file; it appears whole or not at all.
   *
   * @param metadata free-form strings
   * @param tensors by name, in the order of the file
   * @throws dev.tandem.devices.files.FileWriteException if it cannot be written
   */
  public static void write(Path file, Map<String, String> metadata, Map<String, Tensor> tensors) {
    byte[] header = header(metadata, tensors);
    try (WholeFile whole = WholeFile.open(file)) {
      OutputStream out = whole.stream();
      byte[] length = new byte[Long.BYTES];
      ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length);
      out.write(length);
      out.write(header);
      for (Tensor t : tensors.values()) {
        write(t.data(), out);
      }
      whole.commit();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // the stream names the file itself
    }
  }

  private static byte[] header(Map<String, String> metadata, Map<String, Tensor> tensors) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    if (!metadata.isEmpty()) {
      ObjectNode free = root.putObject("__metadata__");
      metadata.forEach(free::put);
    }
    long at = 0;
    for (Map.Entry<String, Tensor> e : tensors.entrySet()) {
      Tensor t = e.getValue();
      ObjectNode entry = root.putObject(e.getKey());
      entry.put("dtype", t.type().name());
      ArrayNode shape = entry.putArray("shape");
      for (int extent : t.shape().toArray()) {
        shape.add(extent);
      }
      long end = at + t.data().byteSize();
      entry.putArray("data_offsets").add(at).add(end);
      at = end;
    }
    String json = root.toString();
    int bytes = json.getBytes(StandardCharsets.UTF_8).length;
    String padding = " ".repeat(-bytes & (ALIGNMENT - 1));
    return (json + padding).getBytes(StandardCharsets.UTF_8);
  }

  private static void write(MemorySegment data, OutputStream out) throws IOException {
    for (long at = 0; at < data.byteSize(); at += PIECE) {
      long size = Math.min(PIECE, data.byteSize() - at);
      out.write(data.asSlice(at, size).toArray(ValueLayout.JAVA_BYTE));
    }
  }
}
