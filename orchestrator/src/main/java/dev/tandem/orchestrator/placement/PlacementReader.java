package dev.tandem.orchestrator.placement;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Turns JSON into a placement; every error starts with the path of the field. */
final class PlacementReader {
  private static final String PERCENT = "(\\d+(\\.\\d+)?)%";

  Placement placement(JsonNode root) {
    requireObject(
        "the file", root, Set.of("$schema", "lanes", "ringDepth", "order"), Set.of("lanes"));
    if (root.has("$schema")) {
      text("$schema", root.get("$schema"));
    }
    List<Lane> lanes = new ArrayList<>();
    JsonNode list = requireArray("lanes", root.get("lanes"));
    for (int i = 0; i < list.size(); i++) {
      lanes.add(lane("lanes[" + i + "]", list.get(i)));
    }
    int depth = Placement.DEPTH_BY_MEMORY;
    if (root.has("ringDepth")) {
      JsonNode n = root.get("ringDepth");
      if (!isWhole(n) || n.intValue() < 1) {
        throw wrong("ringDepth", n, "a whole number from 1 to " + Placement.MOST_DEPTH);
      }
      depth = n.intValue();
    }
    Order order = root.has("order") ? Order.of(text("order", root.get("order"))) : Order.PROMPT;
    return new Placement(lanes, depth, order);
  }

  private Lane lane(String path, JsonNode n) {
    requireObject(
        path,
        n,
        Set.of("share", "text", "denoise", "decode", "image"),
        Set.of("text", "denoise", "decode"));
    if (n.has("share") && !n.get("share").isNumber()) {
      throw wrong(path + ".share", n.get("share"), "a number from 0.000001 to 1000000");
    }
    double share = n.path("share").asDouble(1);
    List<String> text = devices(path + ".text", n.get("text"));
    List<DenoisePart> denoise = parts(path + ".denoise", n.get("denoise"));
    List<String> decode = devices(path + ".decode", n.get("decode"));
    List<String> image = n.has("image") ? devices(path + ".image", n.get("image")) : decode;
    return at(path + ".", () -> new Lane(share, text, denoise, decode, image));
  }

  private List<DenoisePart> parts(String path, JsonNode n) {
    if (n.isTextual()) {
      String device = text(path, n);
      return List.of(at(path + ": ", () -> DenoisePart.on(device)));
    }
    List<DenoisePart> parts = new ArrayList<>();
    JsonNode list = requireArray(path, n);
    for (int i = 0; i < list.size(); i++) {
      parts.add(part(path + "[" + i + "]", list.get(i)));
    }
    return parts;
  }

  private DenoisePart part(String path, JsonNode n) {
    requireObject(path, n, Set.of("steps", "device", "unconditional"), Set.of("device"));
    Steps steps = n.has("steps") ? steps(path, n.get("steps")) : new Steps.Rest();
    String device = text(path + ".device", n.get("device"));
    Optional<String> other =
        Optional.ofNullable(n.get("unconditional")).map(u -> text(path + ".unconditional", u));
    return at(path + ": ", () -> new DenoisePart(steps, device, other));
  }

  private Steps steps(String path, JsonNode n) {
    if (isWhole(n)) {
      return at(path + ".", () -> new Steps.Count(n.intValue()));
    }
    if (n.isTextual() && n.textValue().equals("rest")) {
      return new Steps.Rest();
    }
    if (n.isTextual() && n.textValue().matches(PERCENT)) {
      double percent = Double.parseDouble(n.textValue().replace("%", ""));
      return at(path + ".", () -> new Steps.Percent(percent));
    }
    throw wrong(path + ".steps", n, "a number of steps, a share such as \"50%\", or \"rest\"");
  }

  private List<String> devices(String path, JsonNode n) {
    if (n.isTextual()) {
      return List.of(text(path, n));
    }
    List<String> all = new ArrayList<>();
    JsonNode list = requireArray(path, n);
    for (int i = 0; i < list.size(); i++) {
      all.add(text(path + "[" + i + "]", list.get(i)));
    }
    return all;
  }

  /** Also 3.0, which JSON does not tell from 3. */
  private static boolean isWhole(JsonNode n) {
    return n.canConvertToExactIntegral() && n.canConvertToInt();
  }

  private static String text(String path, JsonNode n) {
    if (!n.isTextual()) {
      throw wrong(path, n, "a text");
    }
    return n.textValue();
  }

  private static JsonNode requireArray(String path, JsonNode n) {
    if (!n.isArray()) {
      throw wrong(path, n, "a list");
    }
    return n;
  }

  private static void requireObject(
      String path, JsonNode n, Set<String> known, Set<String> needed) {
    if (!n.isObject()) {
      throw wrong(path, n, "an object with " + new TreeSet<>(known));
    }
    n.fieldNames()
        .forEachRemaining(
            key -> {
              if (!known.contains(key)) {
                throw new PlacementException(
                    path + " has an unknown field '" + key + "'; it takes " + new TreeSet<>(known));
              }
            });
    for (String key : new TreeSet<>(needed)) {
      if (!n.has(key)) {
        throw new PlacementException(path + " lacks the field '" + key + "'");
      }
    }
  }

  private static PlacementException wrong(String path, JsonNode n, String expected) {
    return new PlacementException(path + " is " + n + ": it must be " + expected);
  }

  private static <R> R at(String path, Supplier<R> make) {
    try {
      return make.get();
    } catch (PlacementException e) {
      throw new PlacementException(path + e.getMessage());
    }
  }
}
