package dev.tandem.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.tandem.devices.json.JsonLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Checks JSON files against a JSON Schema; problems are {@code FILE:LINE: FIELD: REASON}. */
final class SchemaCheck {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final JsonSchema schema;

  private SchemaCheck(JsonSchema schema) {
    this.schema = schema;
  }

  static SchemaCheck of(Path schemaFile) {
    try {
      SchemaValidatorsConfig config =
          SchemaValidatorsConfig.builder().pathType(PathType.JSON_PATH).locale(Locale.ROOT).build();
      return new SchemaCheck(
          JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
              .getSchema(Files.readString(schemaFile), config));
    } catch (IOException e) {
      throw new UsageException("schema '" + schemaFile + "' cannot be read: " + e);
    }
  }

  /**
   * Everything that is wrong with a text, by line; empty if nothing is.
   *
   * @param file where it comes from
   */
  List<String> problems(Path file, String text) {
    try {
      JsonNode json = MAPPER.readTree(text);
      JsonLines lines = JsonLines.of(text);
      record Problem(int line, String text) {}
      return schema.validate(json).stream()
          .map(m -> new Problem(lines.line(field(m)), text(file, lines, m)))
          .sorted(Comparator.comparingInt(Problem::line).thenComparing(Problem::text))
          .map(Problem::text)
          .toList();
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      return List.of(file + ":" + line + ": " + e.getOriginalMessage());
    }
  }

  private static String text(Path file, JsonLines lines, ValidationMessage m) {
    String field = field(m);
    String path = m.getInstanceLocation().toString();
    String reason = m.getMessage();
    reason = reason.startsWith(path) ? reason.substring(path.length()) : reason;
    return file
        + ":"
        + lines.line(field)
        + ": "
        + (field.isEmpty() ? "" : field + ": ")
        + reason.replaceFirst("^[:\\s]+", "")
        + lines.scalar(field).map(v -> ", got " + v).orElse("");
  }

  /**
   * As {@link JsonLines} names it: {@code devices[0].id} for the JSON path {@code $.devices[0].id}.
   */
  private static String field(ValidationMessage m) {
    return m.getInstanceLocation().toString().replaceFirst("^\\$\\.?", "");
  }
}
