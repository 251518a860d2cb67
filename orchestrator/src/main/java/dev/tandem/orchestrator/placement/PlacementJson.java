package dev.tandem.orchestrator.placement;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.devices.files.FileReason;
import dev.tandem.devices.files.TextFile;
import dev.tandem.devices.files.WholeFile;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Placements as JSON files ({@code profiles/placement.schema.json}). What is usual is short: a
 * single device stands for a list of one, a device for a part that does all steps.
 *
 * <pre>
 *   {"lanes": [{"text": "cpu",
 *               "denoise": [{"steps": 10, "device": "opencl:0.0"}, {"device": "cpu"}],
 *               "decode": ["cpu", "opencl:0.0"]}],
 *    "order": "prompt"}
 * </pre>
 */
public final class PlacementJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private PlacementJson() {}

  /**
   * Reads a file.
   *
   * @throws PlacementException if it cannot be read or does not hold a placement; the message names
   *     the file and the field
   */
  public static Placement read(Path file) {
    try {
      return parse(TextFile.read(file));
    } catch (IOException e) {
      throw new PlacementException("cannot read placement '" + file + "': " + FileReason.of(e));
    } catch (PlacementException e) {
      throw new PlacementException("placement '" + file + "': " + e.getMessage());
    }
  }

  /** Writes a file that appears whole or not at all. */
  public static void write(Placement placement, Path file) {
    WholeFile.write(file, format(placement) + "\n");
  }

  /**
   * Reads JSON text.
   *
   * @throws PlacementException if it does not hold a placement; the message names the field
   */
  public static Placement parse(String json) {
    JsonNode root;
    try {
      root = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new PlacementException(
          "line "
              + e.getLocation().getLineNr()
              + ", column "
              + e.getLocation().getColumnNr()
              + ": "
              + e.getOriginalMessage());
    }
    return new PlacementReader().placement(root);
  }

  /** The JSON text of a placement, indented. */
  public static String format(Placement placement) {
    ObjectNode root = MAPPER.createObjectNode();
    ArrayNode lanes = root.putArray("lanes");
    for (Lane lane : placement.lanes()) {
      ObjectNode node = lanes.addObject();
      if (placement.lanes().size() > 1) {
        node.put("share", BigDecimal.valueOf(lane.share()).stripTrailingZeros());
      }
      node.set("text", devices(lane.text()));
      node.set("denoise", denoise(lane.denoise()));
      node.set("decode", devices(lane.decode()));
      if (!lane.image().equals(lane.decode())) {
        node.set("image", devices(lane.image()));
      }
    }
    if (placement.ringDepth() != Placement.DEPTH_BY_MEMORY) {
      root.put("ringDepth", placement.ringDepth());
    }
    root.put("order", placement.order().toString());
    return root.toPrettyString();
  }

  private static JsonNode devices(List<String> devices) {
    return devices.size() == 1
        ? MAPPER.getNodeFactory().textNode(devices.getFirst())
        : MAPPER.valueToTree(devices);
  }

  private static JsonNode denoise(List<DenoisePart> parts) {
    if (parts.equals(List.of(DenoisePart.on(parts.getFirst().device())))) {
      return MAPPER.getNodeFactory().textNode(parts.getFirst().device());
    }
    ArrayNode list = MAPPER.createArrayNode();
    for (DenoisePart part : parts) {
      ObjectNode node = list.addObject();
      switch (part.steps()) {
        case Steps.Count c -> node.put("steps", c.count());
        case Steps.Percent _, Steps.Rest _ -> node.put("steps", text(part.steps()));
      }
      node.put("device", part.device());
      Optional<String> other = part.unconditional();
      other.ifPresent(d -> node.put("unconditional", d));
    }
    return list;
  }

  /** As the file has it: {@code 10}, {@code 50%}, {@code rest}. */
  static String text(Steps steps) {
    return switch (steps) {
      case Steps.Count c -> Integer.toString(c.count());
      case Steps.Percent p ->
          BigDecimal.valueOf(p.percent()).stripTrailingZeros().toPlainString() + "%";
      case Steps.Rest _ -> "rest";
    };
  }
}
