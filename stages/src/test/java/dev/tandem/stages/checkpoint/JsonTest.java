package dev.tandem.stages.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  private static JsonNode parse(String text) {
    return Json.parse(text.getBytes(StandardCharsets.UTF_8), "a.json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "null",
        "\"\u00e9 \\u00e9 \\n\"",
        "[1, -2147483649, 123456789012345678901234567890, 1.5, 1e-5, -Infinity, NaN]",
        "{\"a\": {\"b\": [true, false, null, {\"c\": []}]}, \"\": \"\"}"
      })
  void treesAreThoseOfJacksonsMapper(String text) throws JsonProcessingException {
    JsonMapper mapper =
        JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();
    assertThat(parse(text)).isEqualTo(mapper.readTree(text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''             | it is empty",
        "{} {}          | something follows its end",
        "[1] 2          | something follows its end",
        "{\"a\":1,\"a\":2} | Duplicate field 'a'",
        "{\"a\":        | end-of-input",
        "{a: 1}         | Unexpected character",
        "[1,]           | Unexpected character"
      })
  void whatIsNotStrictJsonIsRefusedWithTheReason(String text, String reason) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("a.json is not valid JSON: ")
        .hasMessageContaining(reason);
  }

  @Test
  void nestingHasABound() {
    assertThatThrownBy(() -> parse("[".repeat(100_000)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("nesting depth");
  }
}
