package dev.tandem.stages.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.stages.checkpoint.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Folders as transformers 5 saves them, which hold {@code tokenizer.json} alone: {@code
 * transformers5.json} has what transformers 5.24.0 saved of each tokenizer, without vocabulary and
 * merges, which are those of the golden tokenizer.
 */
class TokenizerFileTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Path GOLDEN =
      Path.of(System.getProperty("tandem.root"), "conformance/golden/clip-tokenizer");

  @TempDir Path dir;

  @ParameterizedTest
  @CsvSource({"plain, false", "sd1, true", "sd2, false", "sdxl2, true"})
  void idsAreThoseOfTheFilesItWasMadeFrom(String variant, boolean pairs) throws IOException {
    write(variant, pairs);
    ClipTokenizer tokenizer = ClipTokenizer.open(dir);
    JsonNode expected = resource("transformers.json").get(variant);
    assertThat(tokenizer.padId()).isEqualTo(expected.get("pad").intValue());
    assertThat(tokenizer.maxId()).isEqualTo(49407);
    for (JsonNode c : expected.get("cases")) {
      Encoding e = tokenizer.encode(c.get("text").asText());
      assertThat(e.ids()).as(c.get("text").toString()).isEqualTo(ints(c.get("ids")));
      assertThat(e.truncated()).isEqualTo(c.get("truncated").asText());
      assertThat(e.padded()).hasSize(77);
    }
  }

  /** Tokens alone or inside of words, in raw or normalised text, with white space taken along. */
  @Test
  void addedTokensAreSearchedAsTheySay() throws IOException {
    write("added", true);
    ClipTokenizer tokenizer = ClipTokenizer.open(dir);
    JsonNode cases = resource("transformers5.json").get("added").get("cases");
    assertThat(cases).hasSize(15);
    for (JsonNode c : cases) {
      assertThat(tokenizer.encode(c.get("text").asText()).ids())
          .as(c.get("text").toString())
          .isEqualTo(ints(c.get("ids")));
    }
    assertThat(tokenizer.maxId()).isEqualTo(49415);
  }

  @Test
  void itCountsMoreThanVocabularyAndMergesBesideIt() throws IOException {
    write("plain", true);
    Files.writeString(dir.resolve("vocab.json"), "{\"a\":7}");
    Files.writeString(dir.resolve("merges.txt"), "#version: 0.2\n");
    assertThat(ClipTokenizer.open(dir).encode("a").ids()).containsExactly(49406, 320, 49407);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          /model/type | "WordPiece" | model.type is "WordPiece"
          /model/dropout | 0.1 | model.dropout is 0.1
          /model/end_of_word_suffix | null | model.end_of_word_suffix is null
          /model/continuing_subword_prefix | "##" | model.continuing_subword_prefix is "##"
          /model/byte_fallback | true | model.byte_fallback is true
          /model/ignore_merges | true | model.ignore_merges is true
          /model/fuse_unk | true | model.fuse_unk is true
          /model/vocab | [["a", 0.5]] | the vocabulary is no object
          /model/merges/0 | ["i", "n", "g"] | merge 0 is ["i","n","g"]
          /model/merges/0 | ["i", "zz9"] | merge 0: token 'zz9' is not in the vocabulary
          /normalizer | null | normalizer is null
          /normalizer/normalizers/0/type | "NFKC" | normalizer is
          /pre_tokenizer/pretokenizers/1/add_prefix_space | true | pre_tokenizer is
          /pre_tokenizer/pretokenizers/0/pattern/Regex | "[0-9]+" | pre_tokenizer is
          /post_processor/cls/0 | "<s>" | post_processor is
          /post_processor/type | "BertProcessing" | post_processor is
          /padding | {"direction": "Left"} | padding.direction is "Left"
          /truncation | {"direction": "Left"} | truncation.direction is "Left"
          /added_tokens/0/id | 5 | '<|startoftext|>' has id 5, in the vocabulary 49406
          """)
  void whatGivesOtherIdsIsRefusedByName(String pointer, String value, String problem)
      throws IOException {
    ObjectNode json = file("plain", true);
    int last = pointer.lastIndexOf('/');
    JsonNode parent = json.at(pointer.substring(0, last));
    String key = pointer.substring(last + 1);
    if (parent instanceof ArrayNode list) {
      list.set(Integer.parseInt(key), MAPPER.readTree(value));
    } else {
      ((ObjectNode) parent).set(key, MAPPER.readTree(value));
    }
    save(json, "plain");
    assertThatThrownBy(() -> ClipTokenizer.open(dir))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(dir.toString(), problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "{\"type\": \"ByteLevel\", \"trim_offsets\": true}",
        """
        {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<|startoftext|>"}},
         {"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "<|endoftext|>"}}]}"""
      })
  void startAndEndStandAroundEveryPrompt(String processor) throws IOException {
    ObjectNode json = file("plain", true);
    json.set("post_processor", MAPPER.readTree(processor));
    save(json, "plain");
    assertThat(ClipTokenizer.open(dir).encode("a").ids()).containsExactly(49406, 320, 49407);
  }

  @ParameterizedTest
  @ValueSource(strings = {"padding_side", "truncation_side"})
  void promptsThatGrowToTheLeftAreRefused(String key) throws IOException {
    write("plain", true);
    ObjectNode config =
        (ObjectNode) resource("transformers5.json").at("/plain/tokenizer_config.json");
    MAPPER.writeValue(dir.resolve("tokenizer_config.json").toFile(), config.put(key, "left"));
    assertThatThrownBy(() -> ClipTokenizer.open(dir))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("tokenizer_config.json", key, "left");
  }

  private void write(String variant, boolean pairs) throws IOException {
    save(file(variant, pairs), variant);
  }

  private void save(ObjectNode json, String variant) throws IOException {
    MAPPER.writeValue(dir.resolve("tokenizer.json").toFile(), json);
    MAPPER.writeValue(
        dir.resolve("tokenizer_config.json").toFile(),
        resource("transformers5.json").get(variant).get("tokenizer_config.json"));
  }

  private static ObjectNode file(String variant, boolean pairs) throws IOException {
    JsonNode saved = resource("transformers5.json").get(variant).get("tokenizer.json");
    ObjectNode model = (ObjectNode) saved.get("model");
    model.set("vocab", MAPPER.readTree(GOLDEN.resolve("vocab.json").toFile()));
    ArrayNode merges = model.putArray("merges");
    for (String line : Files.readAllLines(GOLDEN.resolve("merges.txt"))) {
      if (!line.startsWith("#version") && pairs) {
        List.of(line.split(" ")).forEach(merges.addArray()::add);
      } else if (!line.startsWith("#version")) {
        merges.add(line);
      }
    }
    return (ObjectNode) saved;
  }

  private static JsonNode resource(String name) throws IOException {
    try (InputStream in = TokenizerFileTest.class.getResourceAsStream(name)) {
      return MAPPER.readTree(in);
    }
  }

  private static List<Integer> ints(JsonNode array) {
    return array.valueStream().map(JsonNode::intValue).toList();
  }
}
