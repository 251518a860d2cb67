package dev.tandem.stages.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.files.WholeFile;
import dev.tandem.graph.DType;
import dev.tandem.graph.Shape;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Writes safetensors files, one tensor after the other, so that they need not be in memory. */
public final class SafeTensorsWriter {
  private static final int ALIGNMENT = 8;
  private static final int PIECE = 1 << 20;

  private SafeTensorsWriter() {}

  /**
   * A tensor to write.
   *
   * @param data asked for once, when its turn comes
   */
  public record Item(String name, DType type, Shape shape, Supplier<Tensor> data) {
    /** A tensor that is there. */
    public static Item of(String name, Tensor t) {
      return new Item(name, t.type(), t.shape(), () -> t);
    }
  }

  /**
   * Writes a file; it appears whole or not at all.
   *
   * @param metadata free-form strings
   * @throws dev.tandem.devices.files.FileWriteException if it cannot be written
   */
  public static void write(Path file, Map<String, String> metadata, List<Item> items) {
    byte[] header = header(metadata, items);
    try (WholeFile whole = WholeFile.open(file)) {
      OutputStream out = whole.stream();
      byte[] length = new byte[Long.BYTES];
      ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length);
      out.write(length);
      out.write(header);
      for (Item item : items) {
        write(item, out);
      }
      whole.commit();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // the stream names the file itself
    }
  }

  private static byte[] header(Map<String, String> metadata, List<Item> items) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    if (!metadata.isEmpty()) {
      ObjectNode free = root.putObject("__metadata__");
      metadata.forEach(free::put);
    }
    long at = 0;
    for (Item item : items) {
      ObjectNode entry = root.putObject(item.name());
      entry.put("dtype", item.type().name());
      ArrayNode shape = entry.putArray("shape");
      for (int i = 0; i < item.shape().rank(); i++) {
        shape.add(item.shape().dim(i));
      }
      long end = at + item.shape().elements() * item.type().bytes();
      entry.putArray("data_offsets").add(at).add(end);
      at = end;
    }
    String json = root.toString();
    int bytes = json.getBytes(StandardCharsets.UTF_8).length;
    String padding = " ".repeat(-bytes & (ALIGNMENT - 1));
    return (json + padding).getBytes(StandardCharsets.UTF_8);
  }

  private static void write(Item item, OutputStream out) throws IOException {
    Tensor t = item.data().get();
    if (t.type() != item.type() || !t.shape().equals(item.shape())) {
      throw new IllegalStateException(
          "tensor '"
              + item.name()
              + "' is "
              + t.shape()
              + " "
              + t.type()
              + ", announced as "
              + item.shape()
              + " "
              + item.type());
    }
    MemorySegment data = t.data();
    for (long at = 0; at < data.byteSize(); at += PIECE) {
      long size = Math.min(PIECE, data.byteSize() - at);
      out.write(data.asSlice(at, size).toArray(ValueLayout.JAVA_BYTE));
    }
  }
}
