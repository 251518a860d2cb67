package dev.tandem.stages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Configs and checkpoint headers for tests. */
public final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  /** A config of a published model, from the test resources. */
  public static ObjectNode published(String name) {
    try (var in = Json.class.getResourceAsStream("/configs/" + name + ".json")) {
      return (ObjectNode) MAPPER.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static JsonNode file(Path path) {
    try {
      return MAPPER.readTree(path.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static JsonNode parse(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The repository's root. */
  public static Path root() {
    return Path.of(System.getProperty("tandem.root"));
  }

  /** Names and shapes in a safetensors file, read without the code under test. */
  public static Map<String, List<Integer>> shapes(Path safetensors) {
    try (FileChannel ch = FileChannel.open(safetensors)) {
      ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      ch.read(length);
      ByteBuffer header = ByteBuffer.allocate(Math.toIntExact(length.getLong(0)));
      ch.read(header, 8);
      Map<String, List<Integer>> out = new TreeMap<>();
      for (var e : MAPPER.readTree(header.array()).properties()) {
        List<Integer> shape = new ArrayList<>();
        e.getValue().path("shape").forEach(d -> shape.add(d.intValue()));
        if (!e.getKey().equals("__metadata__")) {
          out.put(e.getKey(), shape);
        }
      }
      return out;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
