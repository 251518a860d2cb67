package dev.tandem.stages.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.stages.checkpoint.CheckpointException;
import dev.tandem.stages.checkpoint.Config;
import dev.tandem.stages.checkpoint.ModelFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code tokenizer.json} of Hugging Face's tokenizers: vocabulary, merges, added tokens and what is
 * done with a text, in one file. transformers 5 saves nothing else. What would give other ids than
 * CLIP's tokenizer is refused by name.
 */
record TokenizerFile(Config config) {
  static final String NAME = "tokenizer.json";

  private static final String SPECIAL = "<\\|startoftext\\|>|<\\|endoftext\\|>|";
  private static final String WORDS =
      "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

  /** With or without the special tokens, which are cut out before. */
  private static final Set<String> SPLITS = Set.of(SPECIAL + WORDS, WORDS);

  /** The file of a tokenizer's folder, if it has one. */
  static Optional<TokenizerFile> in(Path folder) {
    Path file = folder.resolve(NAME);
    return ModelFile.isThere(file)
        ? Optional.of(new TokenizerFile(Config.read(file)))
        : Optional.empty();
  }

  private JsonNode at(String pointer) {
    return config.json().at(pointer);
  }

  /** The vocabulary with the merges. */
  BytePairEncoding pairs() {
    requireModel();
    Config model = new Config(config.file(), at("/model"));
    List<BytePairEncoding.Rule> rules = new ArrayList<>();
    for (JsonNode m : model.json().path("merges")) {
      String[] pair =
          m.isArray()
              ? m.valueStream().map(JsonNode::asText).toArray(String[]::new)
              : m.asText().split(" ", -1);
      if (pair.length != 2) {
        throw new CheckpointException(
            config.file() + ": merge " + rules.size() + " is " + m + ", expected two tokens");
      }
      rules.add(new BytePairEncoding.Rule(pair[0], pair[1], rules.size()));
    }
    return BytePairEncoding.of(
        BytePairEncoding.ids(config.file(), model.json().path("vocab")),
        rules,
        line -> config.file() + " merge " + line);
  }

  /** The tokens that are cut out of a text, each an object with its {@code id}. */
  JsonNode addedTokens() {
    return at("/added_tokens");
  }

  private void requireModel() {
    require("/model", at("/model").isObject(), "an object with vocab and merges");
    only("/model/type", "BPE");
    only("/model/dropout", "0", "0.0");
    only("/model/continuing_subword_prefix", "");
    only("/model/fuse_unk", "false");
    only("/model/byte_fallback", "false");
    only("/model/ignore_merges", "false");
    String end = at("/model/end_of_word_suffix").asText();
    require(
        "/model/end_of_word_suffix",
        end.equals(BytePairEncoding.END_OF_WORD),
        BytePairEncoding.END_OF_WORD);
  }

  /**
   * Refuses what does not do with a text as CLIP's tokenizer does.
   *
   * @param begin the token before each prompt
   * @param end the token after it
   */
  void requireClip(String begin, String end) {
    only("/normalizer/type", "Sequence");
    require(
        "/normalizer", normalizes(at("/normalizer/normalizers")), "NFC, \\s+ to ' ', Lowercase");
    only("/pre_tokenizer/type", "Sequence");
    require(
        "/pre_tokenizer",
        splits(at("/pre_tokenizer/pretokenizers")),
        "Split by CLIP's expression, then ByteLevel");
    only("/truncation/direction", "Right");
    only("/padding/direction", "Right");
    String frame = begin + " prompt " + end;
    require("/post_processor", frames(at("/post_processor"), begin, end), frame);
  }

  private static boolean normalizes(JsonNode n) {
    return n.size() == 3
        && isType(n.get(0), "NFC")
        && isType(n.get(1), "Replace")
        && n.get(1).at("/pattern/Regex").asText().equals("\\s+")
        && n.get(1).path("content").asText().equals(" ")
        && isType(n.get(2), "Lowercase");
  }

  private static boolean splits(JsonNode n) {
    return n.size() == 2
        && isType(n.get(0), "Split")
        && SPLITS.contains(n.get(0).at("/pattern/Regex").asText())
        && n.get(0).path("behavior").asText().equals("Removed")
        && n.get(0).path("invert").asBoolean()
        && isType(n.get(1), "ByteLevel")
        && !n.get(1).path("add_prefix_space").asBoolean()
        && n.get(1).path("use_regex").asBoolean(true);
  }

  /** transformers' CLIPTokenizer puts the two tokens there itself where the file does not. */
  private static boolean frames(JsonNode n, String begin, String end) {
    return switch (n.path("type").asText()) {
      case "", "ByteLevel" -> true;
      case "RobertaProcessing" ->
          n.at("/cls/0").asText().equals(begin) && n.at("/sep/0").asText().equals(end);
      case "TemplateProcessing" ->
          n.path("single").size() == 3
              && n.at("/single/0/SpecialToken/id").asText().equals(begin)
              && n.path("single").get(1).has("Sequence")
              && n.at("/single/2/SpecialToken/id").asText().equals(end);
      default -> false;
    };
  }

  private static boolean isType(JsonNode n, String type) {
    return n.path("type").asText().equals(type);
  }

  /** Refuses any other value; absent and null are accepted. */
  private void only(String pointer, String... values) {
    JsonNode v = at(pointer);
    require(
        pointer,
        v.isMissingNode() || v.isNull() || List.of(values).contains(v.asText()),
        String.join(" or ", values));
  }

  private void require(String pointer, boolean fits, String supported) {
    if (!fits) {
      throw new CheckpointException(
          config.file()
              + ": "
              + pointer.substring(1).replace('/', '.')
              + " is "
              + (at(pointer).isMissingNode() ? "missing" : at(pointer))
              + ", which is not supported (supported: "
              + supported
              + ", as CLIP's tokenizer has it)");
    }
  }
}
