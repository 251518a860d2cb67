package dev.tandem.stages.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.WeightException;
import dev.tandem.graph.DType;
import dev.tandem.graph.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tensors of one or several safetensors files, memory-mapped: opening reads only the headers, and a
 * tensor's bytes come from the page cache when they are used. May be read by several threads.
 * Tensors stay valid until {@link #close}; later use of them throws {@link IllegalStateException}.
 *
 * <p>Format: huggingface/safetensors. Values are F32, F16, BF16, I8, I32 or I64.
 */
public final class SafeTensors implements ModelWeights {
  private final String source;
  private final Arena arena;
  private final Map<String, Stored> tensors;
  private final Map<String, String> metadata;

  private record Stored(Path file, SafeTensorsHeader.Entry entry, MemorySegment data) {}

  private SafeTensors(
      String source, Arena arena, Map<String, Stored> tensors, Map<String, String> metadata) {
    this.source = source;
    this.arena = arena;
    this.tensors = Collections.unmodifiableMap(tensors);
    this.metadata = Map.copyOf(metadata);
  }

  /**
   * Maps one file, or all shards of a {@code *.safetensors.index.json}.
   *
   * @throws CheckpointException if a file is missing or malformed; names it, the tensor and value
   */
  public static SafeTensors open(Path file) {
    return file.getFileName().toString().endsWith(".json") ? openIndex(file) : open(List.of(file));
  }

  /**
   * Maps several files as one.
   *
   * @throws CheckpointException if a file is missing or malformed, or a tensor is in two files
   */
  @SuppressWarnings("MustBeClosedChecker") // the result owns the arena
  public static SafeTensors open(List<Path> files) {
    Arena arena = Arena.ofShared();
    try {
      Map<String, Stored> tensors = new LinkedHashMap<>();
      Map<String, String> metadata = new LinkedHashMap<>();
      for (Path file : files) {
        map(file, arena, tensors, metadata);
      }
      String source = files.size() == 1 ? files.get(0).toString() : files.toString();
      return new SafeTensors(source, arena, tensors, metadata);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static SafeTensors openIndex(Path index) {
    JsonNode map = Json.read(index).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw new CheckpointException(
          index + " has no 'weight_map' of tensor names to files; fetch it again");
    }
    List<Path> shards =
        map.valueStream().map(JsonNode::asText).distinct().map(index::resolveSibling).toList();
    for (Path shard : shards) {
      if (!ModelFile.isThere(shard)) {
        throw new CheckpointException(
            index
                + " names the shard "
                + shard.getFileName()
                + ", which does not exist; fetch all shards of one version again");
      }
    }
    SafeTensors all = open(shards);
    for (Map.Entry<String, JsonNode> e : map.properties()) {
      Path expected = index.resolveSibling(e.getValue().asText());
      Stored s = all.tensors.get(e.getKey());
      if (s == null || !s.file().equals(expected)) {
        all.close();
        throw new CheckpointException(
            index
                + ": tensor '"
                + e.getKey()
                + "' should be in "
                + expected.getFileName()
                + ", but is "
                + (s == null ? "in no shard" : "in " + s.file().getFileName())
                + "; fetch all shards of one version again");
      }
    }
    return all;
  }

  private static void map(
      Path file, Arena arena, Map<String, Stored> tensors, Map<String, String> metadata) {
    ModelFile.requireFile(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      MemorySegment whole = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
      byte[] head =
          whole.asSlice(0, Math.min(size, ModelFile.HEAD_BYTES)).toArray(ValueLayout.JAVA_BYTE);
      ModelFile.requireContent(file, head, size);
      if (size < 8) {
        throw SafeTensorsHeader.damaged(
            file, "it has " + size + " bytes, too few for a safetensors header");
      }
      long length = headerLength(file, head, size);
      byte[] json = whole.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
      MemorySegment data = whole.asSlice(8 + length);
      SafeTensorsHeader header = SafeTensorsHeader.parse(file, json, data.byteSize());
      header
          .entries()
          .forEach(
              (name, e) -> {
                MemorySegment bytes = data.asSlice(e.begin(), e.end() - e.begin());
                Stored other = tensors.put(name, new Stored(file, e, bytes));
                if (other != null) {
                  throw new CheckpointException(
                      "tensor '"
                          + name
                          + "' is in two files, "
                          + other.file()
                          + " and "
                          + file
                          + "; remove the one that does not belong to the model");
                }
              });
      metadata.putAll(header.metadata());
    } catch (IOException e) {
      throw ModelFile.unreadable(file, e);
    }
  }

  private static long headerLength(Path file, byte[] head, long size) {
    long length = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 2 || length > SafeTensorsHeader.MAX_BYTES || length > size - 8) {
      throw SafeTensorsHeader.damaged(
          file,
          "it claims a header of "
              + Long.toUnsignedString(length)
              + " bytes, possible are 2 to "
              + Math.min(size - 8, SafeTensorsHeader.MAX_BYTES)
              + " in a file of "
              + size
              + " bytes"
              + ModelFile.beginning(head).map(b -> "; it " + b).orElse(""));
    }
    return length;
  }

  /** All names, in the order of the file. */
  @Override
  public Set<String> names() {
    return tensors.keySet();
  }

  @Override
  public boolean contains(String name) {
    return tensors.containsKey(name);
  }

  /** The free-form strings that the writer left, for example {@code format: pt}. */
  public Map<String, String> metadata() {
    return metadata;
  }

  @Override
  public String source() {
    return source;
  }

  /**
   * The tensor of that name, in the file's own memory: read-only.
   *
   * @throws WeightException if there is none
   * @throws CheckpointException if its type or shape is one that is not supported
   */
  @Override
  public Tensor get(String name) {
    Stored s = tensors.get(name);
    if (s == null) {
      throw new WeightException(
          source
              + " has no tensor '"
              + name
              + "'; among its "
              + tensors.size()
              + " the most alike is '"
              + mostAlike(name)
              + "', so the file does not fit the model's config");
    }
    return new Tensor(shape(name, s), type(name, s), s.data());
  }

  private static DType type(String name, Stored s) {
    return switch (s.entry().dtype()) {
      case "F32" -> DType.F32;
      case "F16" -> DType.F16;
      case "BF16" -> DType.BF16;
      case "I8" -> DType.I8;
      case "I32" -> DType.I32;
      case "I64" -> DType.I64;
      default ->
          throw new CheckpointException(
              s.file()
                  + ": tensor '"
                  + name
                  + "' is "
                  + s.entry().dtype()
                  + ", which is not supported; convert it to F32, F16 or BF16");
    };
  }

  private static Shape shape(String name, Stored s) {
    int[] dims = new int[s.entry().shape().size()];
    for (int i = 0; i < dims.length; i++) {
      long d = s.entry().shape().get(i);
      if (d < 1 || d > Integer.MAX_VALUE) {
        throw new CheckpointException(
            s.file()
                + ": tensor '"
                + name
                + "' has shape "
                + s.entry().shape()
                + "; extents from 1 to "
                + Integer.MAX_VALUE
                + " are supported");
      }
      dims[i] = (int) d;
    }
    return Shape.of(dims);
  }

  /** The name with the longest common beginning and end. */
  private String mostAlike(String name) {
    String best = "";
    int bestScore = -1;
    for (String other : tensors.keySet()) {
      int score = 0;
      int n = Math.min(name.length(), other.length());
      for (int i = 0; i < n && name.charAt(i) == other.charAt(i); i++) {
        score++;
      }
      for (int i = 1;
          i <= n && name.charAt(name.length() - i) == other.charAt(other.length() - i);
          i++) {
        score++;
      }
      if (score > bestScore) {
        best = other;
        bestScore = score;
      }
    }
    return best;
  }

  /** Unmaps the files. */
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
