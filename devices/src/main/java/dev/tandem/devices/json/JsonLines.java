package dev.tandem.devices.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What each field of a JSON text is and on which line it stands. */
public final class JsonLines {
  private final Map<String, Integer> lines;
  private final Map<String, String> scalars;

  private final Optional<String> firstNull;

  private JsonLines(
      Map<String, Integer> lines, Map<String, String> scalars, Optional<String> firstNull) {
    this.lines = lines;
    this.scalars = scalars;
    this.firstNull = firstNull;
  }

  /** Reads as far as the text is JSON. */
  public static JsonLines of(String text) {
    Map<String, Integer> lines = new HashMap<>();
    Map<String, String> scalars = new HashMap<>();
    Optional<String> firstNull = Optional.empty();
    try (JsonParser parser = new JsonFactory().createParser(text)) {
      for (JsonToken t = parser.nextToken(); t != null; t = parser.nextToken()) {
        if (t != JsonToken.END_OBJECT && t != JsonToken.END_ARRAY) {
          boolean opens = t == JsonToken.START_OBJECT || t == JsonToken.START_ARRAY;
          JsonStreamContext at = parser.getParsingContext();
          String path = path(opens ? at.getParent() : at);
          lines.putIfAbsent(path, parser.currentTokenLocation().getLineNr());
          if (t == JsonToken.VALUE_NULL && firstNull.isEmpty() && !path.equals("$schema")) {
            firstNull = Optional.of(path);
          }
          if (t.isScalarValue()) {
            scalars.put(path, parser.getText());
          }
        }
      }
    } catch (IOException e) {
      // What comes after a syntax error has no line; whoever parses the text reports the error.
    }
    return new JsonLines(lines, scalars, firstNull);
  }

  /** For example {@code devices[0].peak.gflops}. */
  private static String path(JsonStreamContext c) {
    if (c == null || c.inRoot()) {
      return "";
    }
    String parent = path(c.getParent());
    if (c.inArray()) {
      return parent + '[' + c.getCurrentIndex() + ']';
    }
    return parent.isEmpty() ? c.getCurrentName() : parent + '.' + c.getCurrentName();
  }

  /** A text, number or truth value as the file spells it, if the field is one. */
  public Optional<String> scalar(String field) {
    return Optional.ofNullable(scalars.get(field));
  }

  /** The first field that is null, but for {@code $schema}, which is for editors. */
  Optional<String> firstNull() {
    return firstNull;
  }

  /** The line of a field, or of the nearest one around it that exists; 1 for the whole text. */
  public int line(String field) {
    String at = field;
    while (!at.isEmpty()) {
      Integer line = lines.get(at);
      if (line != null) {
        return line;
      }
      at = at.substring(0, Math.max(0, Math.max(at.lastIndexOf('.'), at.lastIndexOf('['))));
    }
    return 1;
  }
}
