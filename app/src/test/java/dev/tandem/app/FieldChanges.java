package dev.tandem.app;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A JSON text with one value replaced, one field left out, or an unknown one added. */
final class FieldChanges {
  private static final String MARK = "the value to replace";

  private FieldChanges() {}

  /**
   * All changes.
   *
   * @param values what is put in place of each value, as JSON text, also such as no JSON node keeps
   */
  static List<String> of(JsonNode full, List<String> values) {
    List<String> all = new ArrayList<>();
    for (JsonPointer at : pointers(full, JsonPointer.empty()).toList()) {
      JsonNode marked = full.deepCopy();
      set(marked, at, TextNode.valueOf(MARK));
      values.forEach(v -> all.add(marked.toString().replace('"' + MARK + '"', v)));
      JsonNode less = full.deepCopy();
      if (less.at(at.head()) instanceof ObjectNode parent) {
        parent.remove(at.last().getMatchingProperty());
      } else {
        ((ArrayNode) less.at(at.head())).remove(at.last().getMatchingIndex());
      }
      all.add(less.toString());
      JsonNode more = full.deepCopy();
      if (more.at(at) instanceof ObjectNode node) {
        node.put("unknown", 1);
        all.add(more.toString());
      }
    }
    return all;
  }

  private static Stream<JsonPointer> pointers(JsonNode node, JsonPointer at) {
    Stream<JsonPointer> inner =
        node.isObject()
            ? node.properties().stream()
                .flatMap(e -> pointers(e.getValue(), at.appendProperty(e.getKey())))
            : Stream.iterate(0, i -> i < node.size(), i -> i + 1)
                .flatMap(i -> pointers(node.get(i), at.appendIndex(i)));
    return at.matches() ? inner : Stream.concat(Stream.of(at), inner);
  }

  private static void set(JsonNode root, JsonPointer at, JsonNode value) {
    JsonNode parent = root.at(at.head());
    if (parent instanceof ObjectNode node) {
      node.set(at.last().getMatchingProperty(), value);
    } else {
      ((ArrayNode) parent).set(at.last().getMatchingIndex(), value);
    }
  }
}
