package dev.tandem.devices.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Reads JSON into records and writes it back. Unknown, missing, doubled and mistyped fields are
 * errors; only components of type {@link Optional}, {@link List} and {@link Map} may be left out.
 */
public final class StrictJson {
  private static final JsonMapper MAPPER = mapper();

  private StrictJson() {}

  private static JsonMapper mapper() {
    JsonMapper m =
        JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(WholeNumbers.module())
            .annotationIntrospector(new RequiredUnlessOptional())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(
                LogicalType.Textual,
                c ->
                    c.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .defaultPropertyInclusion(
                JsonInclude.Value.construct(
                    JsonInclude.Include.NON_EMPTY, JsonInclude.Include.ALWAYS))
            .build();
    JsonSetter.Value empty = JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY);
    m.configOverride(List.class).setSetterInfo(empty);
    m.configOverride(Map.class).setSetterInfo(empty);
    m.configOverride(String.class)
        .setInclude(
            JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, JsonInclude.Include.ALWAYS));
    return m;
  }

  /** Everything is required that does not say otherwise by its type. */
  private static final class RequiredUnlessOptional extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    @Override
    public Boolean hasRequiredMarker(AnnotatedMember m) {
      Class<?> type = m.getRawType();
      return type != Optional.class
          && !Collection.class.isAssignableFrom(type)
          && !Map.class.isAssignableFrom(type);
    }
  }

  /**
   * Reads a record.
   *
   * @param file named in errors
   * @throws JsonFileException with file, line and field
   */
  public static <T> T read(String file, String text, Class<T> type) {
    return read(file, text, type, value -> {});
  }

  /**
   * Reads a record.
   *
   * @param file named in errors
   * @param check refuses what else its user cannot take, with a {@link FieldException}
   * @throws JsonFileException with file, line and field
   */
  public static <T> T read(String file, String text, Class<T> type, Consumer<T> check) {
    refuseNull(file, text);
    try {
      T value = MAPPER.readValue(text, type);
      check.accept(value);
      return value;
    } catch (FieldException e) {
      throw refused(file, text, "", e, e);
    } catch (JsonMappingException e) {
      throw mapped(file, text, e);
    } catch (JsonProcessingException e) {
      throw new JsonFileException(file, line(e.getLocation()), "", e.getOriginalMessage(), e);
    }
  }

  /** What is not known is left out. */
  private static void refuseNull(String file, String text) {
    Optional<String> field =
        text.contains("null") ? JsonLines.of(text).firstNull() : Optional.empty();
    field.ifPresent(
        f -> {
          throw new JsonFileException(
              file,
              JsonLines.of(text).line(f),
              f,
              "is null: leave it out or give it a value",
              null);
        });
  }

  /** Pretty JSON with a new line at the end; empty lists and absent values are left out. */
  public static String write(Object value) {
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + value.getClass().getSimpleName(), e);
    }
  }

  private static JsonFileException mapped(String file, String text, JsonMappingException e) {
    String path = path(e);
    if (e.getCause() instanceof FieldException refused) {
      return refused(file, text, path, refused, e);
    }
    if (e.getCause() instanceof JsonProcessingException syntax && path.isEmpty()) {
      return new JsonFileException(
          file, line(syntax.getLocation()), "", syntax.getOriginalMessage(), e);
    }
    JsonLines lines = JsonLines.of(text);
    return new JsonFileException(file, lines.line(path), path, reason(e, lines.scalar(path)), e);
  }

  private static JsonFileException refused(
      String file, String text, String path, FieldException refused, Exception cause) {
    boolean dot = !refused.field().isEmpty() && !path.isEmpty();
    String field = path + (dot ? "." : "") + refused.field();
    String reason = refused.getMessage();
    reason = refused.field().isEmpty() ? reason : reason.substring(refused.field().length() + 1);
    return new JsonFileException(file, JsonLines.of(text).line(field), field, reason, cause);
  }

  private static String reason(JsonMappingException e, Optional<String> value) {
    return switch (e) {
      case UnrecognizedPropertyException u ->
          "unknown field; known are " + new TreeSet<>(u.getKnownPropertyIds());
      case MismatchedInputException m when m.getOriginalMessage().startsWith("Missing required") ->
          "is missing";
      case MismatchedInputException m
          when m.getTargetType() != null && m.getTargetType().isEnum() ->
          m.getOriginalMessage().replaceFirst(".*(not one of.*)", "is $1");
      case MismatchedInputException m when m.getTargetType() != null ->
          "is not a " + name(m.getTargetType()) + value.map(v -> ", got " + v).orElse("");
      default -> e.getOriginalMessage();
    };
  }

  private static String name(Class<?> type) {
    if (type == int.class || type == long.class || type == Integer.class) {
      return "whole number";
    }
    if (type == double.class) {
      return "number";
    }
    if (type == boolean.class) {
      return "truth value (true or false)";
    }
    if (type == String.class) {
      return "text";
    }
    return Collection.class.isAssignableFrom(type) ? "list" : "JSON object";
  }

  private static String path(JsonMappingException e) {
    StringBuilder s = new StringBuilder();
    for (JsonMappingException.Reference r : e.getPath()) {
      if (r.getIndex() >= 0) {
        s.append('[').append(r.getIndex()).append(']');
      } else {
        s.append(s.isEmpty() ? "" : ".").append(r.getFieldName());
      }
    }
    return s.toString();
  }

  private static int line(JsonLocation at) {
    return at == null ? 0 : Math.max(0, at.getLineNr());
  }
}
