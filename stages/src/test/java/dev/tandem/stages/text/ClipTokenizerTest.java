package dev.tandem.stages.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.stages.checkpoint.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClipTokenizerTest {
  private static final Path GOLDEN =
      Path.of(System.getProperty("tandem.root"), "conformance/golden/clip-tokenizer");

  @TempDir Path dir;

  @Test
  void idsOfTheGoldenStringsAreThoseOfTransformers() throws IOException {
    ClipTokenizer tokenizer = ClipTokenizer.open(GOLDEN);
    JsonNode cases = new ObjectMapper().readTree(GOLDEN.resolve("golden.json").toFile());
    assertThat(cases).hasSize(30);
    for (JsonNode c : cases) {
      Encoding e = tokenizer.encode(c.get("text").asText());
      assertThat(e.ids()).as(c.get("text").toString()).isEqualTo(ints(c.get("ids")));
      assertThat(e.padded()).as(c.get("text").toString()).isEqualTo(ints(c.get("padded")));
    }
  }

  /**
   * Unicode corners, special tokens in any spelling, long prompts, with the special tokens as plain
   * files and the published SD 1, SD 2 and SDXL (second tokenizer) files declare them.
   */
  @ParameterizedTest
  @ValueSource(strings = {"plain", "sd1", "sd2", "sdxl2"})
  void idsAndCutTextAreThoseOfTransformers(String variant) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    try (InputStream in = ClipTokenizerTest.class.getResourceAsStream("transformers.json")) {
      JsonNode v = mapper.readTree(in).get(variant);
      for (String file : List.of("vocab.json", "merges.txt")) {
        Files.copy(GOLDEN.resolve(file), dir.resolve(file));
      }
      for (Map.Entry<String, JsonNode> file : v.get("files").properties()) {
        mapper.writeValue(dir.resolve(file.getKey()).toFile(), file.getValue());
      }
      ClipTokenizer tokenizer = ClipTokenizer.open(dir);
      assertThat(tokenizer.padId()).isEqualTo(v.get("pad").intValue());
      assertThat(v.get("cases").size()).isGreaterThan(20);
      for (JsonNode c : v.get("cases")) {
        Encoding e = tokenizer.encode(c.get("text").asText());
        assertThat(e.ids()).as(c.get("text").toString()).isEqualTo(ints(c.get("ids")));
        assertThat(e.truncated()).isEqualTo(c.get("truncated").asText());
        assertThat(e.padded()).hasSize(77);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {71, 72, 73, 74})
  void aLetterThatIsCutIsQuotedWhole(int words) {
    ClipTokenizer tokenizer = ClipTokenizer.open(GOLDEN);
    Encoding cut = tokenizer.encode("word ".repeat(words) + "\uD80C\uDC00 tail of it all");
    assertThat(cut.truncated()).doesNotContain("\uFFFD").endsWith("all");
    if (words == 74) {
      assertThat(cut.truncated()).isEqualTo("\uD80C\uDC00 tail of it all");
    }
  }

  @Test
  void aPromptOverTheLimitIsCutAndTheWarningQuotesWhatWasCut() {
    ClipTokenizer tokenizer = ClipTokenizer.open(GOLDEN);
    Encoding fits = tokenizer.encode("word ".repeat(75));
    assertThat(fits.truncated()).isEmpty();
    assertThat(fits.warning()).isEmpty();
    assertThat(fits.padded()).isEqualTo(fits.ids());

    Encoding cut = tokenizer.encode("word ".repeat(75) + "Red Apple, flat");
    assertThat(cut.truncated()).isEqualTo("red apple , flat");
    assertThat(cut.warning().orElseThrow()).contains("77 tokens", "'red apple , flat'");
    assertThat(cut.padded()).isEqualTo(fits.padded());
    assertThat(cut.ids()).hasSize(81);
    assertThat(cut.paddedArray()).hasSize(77).endsWith(49407);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"a":0,"b</w>":1         | a b</w>      | vocab.json is not valid JSON
          {"a":0,"b</w>":"x"}      | a b</w>      | 'b</w>' has id "x"
          {"a":0,"b</w>":1}        | a b</w>      | merges.txt line 1: token 'ab</w>' is not in
          {"a":0,"b</w>":1}        | a b c        | merges.txt line 1: 'a b c' is not two tokens
          {"a":0}                  | #version: 1  | bos_token '<|startoftext|>' is not in vocab.json
          """)
  void aMalformedTokenizerIsNamed(String vocab, String merges, String problem) throws IOException {
    Files.writeString(dir.resolve("vocab.json"), vocab);
    Files.writeString(dir.resolve("merges.txt"), merges);
    assertThatThrownBy(() -> ClipTokenizer.open(dir))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(dir.toString(), problem);
  }

  @Test
  void missingFilesAreNamed() throws IOException {
    assertThatThrownBy(() -> ClipTokenizer.open(dir))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(dir.resolve("vocab.json").toString(), "does not exist");
    Files.writeString(dir.resolve("vocab.json"), "{}");
    assertThatThrownBy(() -> ClipTokenizer.open(dir))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(dir.resolve("merges.txt").toString(), "fetch");
  }

  private static List<Integer> ints(JsonNode array) {
    return array.valueStream().map(JsonNode::intValue).toList();
  }
}
