package dev.tandem.stages.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The header of a safetensors file, checked: an 8-byte little-endian length, then as much JSON that
 * gives each tensor's type, shape and place in the data that follows. As in the reference
 * implementation (huggingface/safetensors, {@code tensor.rs}), the tensors must cover the data
 * exactly, without holes and without sharing a byte.
 *
 * @param metadata the free-form strings under {@code __metadata__}
 */
record SafeTensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {
  /** The reference implementation refuses longer headers. */
  static final long MAX_BYTES = 100_000_000;

  private static final Map<String, Integer> BITS =
      Map.ofEntries(
          Map.entry("BOOL", 8),
          Map.entry("F4", 4),
          Map.entry("F6_E2M3", 6),
          Map.entry("F6_E3M2", 6),
          Map.entry("U8", 8),
          Map.entry("I8", 8),
          Map.entry("F8_E5M2", 8),
          Map.entry("F8_E4M3", 8),
          Map.entry("F8_E8M0", 8),
          Map.entry("F8_E4M3FNUZ", 8),
          Map.entry("F8_E5M2FNUZ", 8),
          Map.entry("I16", 16),
          Map.entry("U16", 16),
          Map.entry("F16", 16),
          Map.entry("BF16", 16),
          Map.entry("I32", 32),
          Map.entry("U32", 32),
          Map.entry("F32", 32),
          Map.entry("F64", 64),
          Map.entry("I64", 64),
          Map.entry("U64", 64),
          Map.entry("C64", 64));

  SafeTensorsHeader {
    entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    metadata = Map.copyOf(metadata);
  }

  /**
   * Where a tensor lies.
   *
   * @param dtype as the file writes it, for example {@code BF16}
   * @param begin offset from the start of the data, bytes
   * @param end offset behind the last byte
   */
  record Entry(String dtype, List<Long> shape, long begin, long end) {}

  /**
   * Checks a header.
   *
   * @param dataBytes how many bytes follow the header in the file
   * @throws CheckpointException if anything in it is wrong
   */
  static SafeTensorsHeader parse(Path file, byte[] json, long dataBytes) {
    JsonNode root = Json.parse(json, "safetensors header of " + file);
    if (!root.isObject()) {
      throw damaged(file, "its header is not a JSON object");
    }
    Map<String, Entry> entries = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> e : root.properties()) {
      if (e.getKey().equals("__metadata__")) {
        e.getValue().properties().forEach(m -> metadata.put(m.getKey(), m.getValue().asText()));
      } else {
        entries.put(e.getKey(), entry(file, e.getKey(), e.getValue(), dataBytes));
      }
    }
    requireCover(file, entries, dataBytes);
    return new SafeTensorsHeader(entries, metadata);
  }

  private static Entry entry(Path file, String name, JsonNode node, long dataBytes) {
    String dtype = node.path("dtype").asText();
    Integer bits = BITS.get(dtype);
    if (bits == null) {
      throw damaged(
          file,
          "tensor '"
              + name
              + "' has unknown dtype '"
              + dtype
              + "' (F32, F16, BF16, I32 and I64 can be read)");
    }
    List<Long> shape = naturals(file, name, node, "shape");
    List<Long> offsets = naturals(file, name, node, "data_offsets");
    if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
      throw damaged(
          file, "tensor '" + name + "' has data_offsets " + offsets + ", expected [begin, end]");
    }
    long begin = offsets.get(0);
    long end = offsets.get(1);
    if (end > dataBytes) {
      throw damaged(
          file,
          "tensor '"
              + name
              + "' lies at bytes "
              + offsets
              + ", but only "
              + dataBytes
              + " bytes of data follow the header");
    }
    Optional<Long> size = bytes(shape, bits);
    if (size.isEmpty() || size.get() != end - begin) {
      throw damaged(
          file,
          "tensor '"
              + name
              + "' of shape "
              + shape
              + " "
              + dtype
              + " takes "
              + size.map(s -> s + " bytes").orElse("more bytes than can be counted")
              + ", but its data_offsets "
              + offsets
              + " span "
              + (end - begin));
    }
    return new Entry(dtype, shape, begin, end);
  }

  /** Whole numbers from 0 upward; anything else is an error that shows the value. */
  private static List<Long> naturals(Path file, String name, JsonNode node, String key) {
    JsonNode list = node.path(key);
    List<Long> out =
        list.valueStream()
            .filter(v -> v.isIntegralNumber() && v.canConvertToLong() && v.longValue() >= 0)
            .map(JsonNode::longValue)
            .toList();
    if (!list.isArray() || out.size() != list.size()) {
      throw damaged(
          file,
          "tensor '"
              + name
              + "' has "
              + key
              + " "
              + (list.isMissingNode() ? "missing" : list)
              + ", expected a list of whole numbers");
    }
    return out;
  }

  private static Optional<Long> bytes(List<Long> shape, int bits) {
    try {
      long n = bits;
      for (long d : shape) {
        n = Math.multiplyExact(n, d);
      }
      return n % 8 == 0 ? Optional.of(n / 8) : Optional.empty();
    } catch (ArithmeticException e) {
      return Optional.empty();
    }
  }

  private static void requireCover(Path file, Map<String, Entry> entries, long dataBytes) {
    long at = 0;
    String before = "the header";
    List<Map.Entry<String, Entry>> sorted =
        entries.entrySet().stream()
            .sorted(
                Comparator.<Map.Entry<String, Entry>>comparingLong(e -> e.getValue().begin())
                    .thenComparingLong(e -> e.getValue().end()))
            .toList();
    for (Map.Entry<String, Entry> e : sorted) {
      long begin = e.getValue().begin();
      if (begin != at) {
        throw damaged(
            file,
            "tensor '"
                + e.getKey()
                + "' starts at byte "
                + begin
                + (begin < at ? " and overlaps " : ", which leaves a hole after ")
                + before
                + ", which ends at byte "
                + at);
      }
      at = e.getValue().end();
      before = "'" + e.getKey() + "'";
    }
    if (at != dataBytes) {
      throw damaged(
          file, "its tensors end at byte " + at + ", but the file holds " + dataBytes + " of data");
    }
  }

  static CheckpointException damaged(Path file, String problem) {
    return new CheckpointException(
        file + ": " + problem + "; the file is damaged or incomplete, fetch or convert it again");
  }
}
