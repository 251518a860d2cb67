package dev.tandem.stages.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.tandem.stages.checkpoint.CheckpointException;
import dev.tandem.stages.checkpoint.Config;
import dev.tandem.stages.checkpoint.ModelFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Tokens that a text may spell out and that are cut out of it whole: the special tokens and those
 * added to a published vocabulary. Some are searched in the raw text, some in the normalised text;
 * at one place the longest wins.
 */
final class AddedTokens {
  private static final Map<String, String> CLIP_DEFAULTS =
      Map.of(
          "bos_token", "<|startoftext|>",
          "eos_token", "<|endoftext|>",
          "unk_token", "<|endoftext|>",
          "sep_token", "",
          "pad_token", "<|endoftext|>",
          "cls_token", "",
          "mask_token", "");

  /** In transformers' order: of two roles with one token, the later decides how it is searched. */
  private static final List<String> ROLES =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  private static final Pattern WORD = Pattern.compile("\\w", Pattern.UNICODE_CHARACTER_CLASS);

  private final Map<String, Integer> roles;
  private final Map<String, Token> raw;
  private final Map<String, Token> normalized;
  private final Pattern rawPattern;
  private final Pattern normalizedPattern;

  /** A token, and how it is searched; {@code singleWord}: not inside of a word. */
  private record Token(String content, int id, boolean normalized, boolean singleWord) {}

  private AddedTokens(Map<String, Integer> roles, Collection<Token> tokens) {
    this.roles = Map.copyOf(roles);
    raw = new HashMap<>();
    normalized = new HashMap<>();
    for (Token t : tokens) {
      if (t.normalized()) {
        normalized.put(TextNormalizer.normalize(t.content()), t);
      } else {
        raw.put(t.content(), t);
      }
    }
    rawPattern = anyOf(raw.keySet());
    normalizedPattern = anyOf(normalized.keySet());
  }

  private static Pattern anyOf(Collection<String> spellings) {
    return Pattern.compile(
        spellings.isEmpty()
            ? "(?!)"
            : spellings.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|")));
  }

  /**
   * Reads {@code tokenizer_config.json}, {@code special_tokens_map.json} and {@code
   * added_tokens.json} of a tokenizer's folder, each optional, and the tokens of {@code
   * tokenizer.json}, with the precedence of transformers' {@code from_pretrained} ({@code
   * tokenization_utils_base.py}).
   *
   * @throws CheckpointException if a token is malformed or has no id
   */
  static AddedTokens read(Path folder, Map<String, Integer> vocab, Optional<TokenizerFile> whole) {
    JsonNode config = json(folder.resolve("tokenizer_config.json"));
    JsonNode map = json(folder.resolve("special_tokens_map.json"));
    JsonNode listed = config.path("added_tokens_decoder");
    Map<String, JsonNode> declared = new LinkedHashMap<>();
    for (String role : ROLES) {
      boolean inMap = listed.isMissingNode() && map.hasNonNull(role);
      declared.put(role, inMap ? map.get(role) : config.path(role));
    }
    Map<String, Token> tokens = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> e : listed.properties()) {
      Token t = token(folder, e.getValue(), "", Integer.valueOf(e.getKey()));
      tokens.put(t.content(), t);
    }
    if (listed.isMissingNode()) {
      List<String> special = declared.values().stream().map(v -> content(v, "")).toList();
      for (var e : json(folder.resolve("added_tokens.json")).properties()) {
        boolean plain = !special.contains(e.getKey());
        tokens.put(e.getKey(), new Token(e.getKey(), e.getValue().intValue(), plain, false));
      }
      for (JsonNode e : whole.map(TokenizerFile::addedTokens).orElse(MissingNode.getInstance())) {
        Token t = token(folder, e, "", e.path("id").asInt(-1));
        tokens.put(t.content(), t);
      }
    }
    for (Token t : tokens.values()) {
      if (t.id() < 0 || vocab.getOrDefault(t.content(), t.id()) != t.id()) {
        throw new CheckpointException(
            folder
                + ": added token '"
                + t.content()
                + "' has id "
                + t.id()
                + ", in the vocabulary "
                + vocab.get(t.content()));
      }
    }
    for (JsonNode extra : extra(config)) {
      declared.put("extra token " + extra, extra);
    }
    return withRoles(folder, declared, tokens, vocab);
  }

  /** Special tokens without a role: a list, or an object with names for them. */
  private static List<JsonNode> extra(JsonNode config) {
    List<JsonNode> all = new ArrayList<>();
    config.path("extra_special_tokens").forEach(all::add);
    config.path("additional_special_tokens").forEach(all::add);
    return all;
  }

  private static AddedTokens withRoles(
      Path folder,
      Map<String, JsonNode> declared,
      Map<String, Token> listed,
      Map<String, Integer> vocab) {
    Map<String, Integer> roles = new HashMap<>();
    Map<String, Token> tokens = new LinkedHashMap<>(listed);
    declared.forEach(
        (role, value) -> {
          String content = content(value, CLIP_DEFAULTS.getOrDefault(role, ""));
          if (content.isEmpty()) {
            return;
          }
          if (!listed.containsKey(content)) {
            Integer id = vocab.get(content);
            if (id == null) {
              throw new CheckpointException(
                  folder + ": " + role + " '" + content + "' is not in the vocabulary");
            }
            tokens.put(content, token(folder, value, content, id));
          }
          roles.put(role, tokens.get(content).id());
        });
    return new AddedTokens(roles, tokens.values());
  }

  /** A token from its JSON form: its text alone, or an object with the way it is searched. */
  private static Token token(Path folder, JsonNode value, String fallback, int id) {
    String content = content(value, fallback);
    if (content.isEmpty()) {
      throw new CheckpointException(folder + ": added token " + id + " has no content: " + value);
    }
    // lstrip and rstrip only take white space along, which separates words and is dropped anyway
    return new Token(
        content,
        id,
        value.path("normalized").asBoolean(false),
        value.path("single_word").asBoolean(false));
  }

  private static String content(JsonNode value, String fallback) {
    return (value.isObject() ? value.path("content") : value).asText(fallback);
  }

  private static JsonNode json(Path file) {
    return ModelFile.isThere(file)
        ? Config.read(file).json()
        : JsonNodeFactory.instance.objectNode();
  }

  /** Id of {@code bos_token}, {@code eos_token}, {@code unk_token} or {@code pad_token}. */
  int role(String role) {
    return Optional.ofNullable(roles.get(role)).orElseThrow();
  }

  /** How a token is written, by its id. */
  String spelling(int id) {
    return Stream.concat(raw.values().stream(), normalized.values().stream())
        .filter(t -> t.id() == id)
        .map(Token::content)
        .findFirst()
        .orElseThrow();
  }

  /** All tokens by id, as decoding spells them. */
  Map<Integer, String> spellings() {
    Map<Integer, String> all = new HashMap<>();
    raw.forEach((spelling, t) -> all.put(t.id(), spelling));
    normalized.forEach((spelling, t) -> all.put(t.id(), spelling));
    return all;
  }

  /** Walks through a text: its added tokens by id, and what is between them, normalised. */
  void cut(String text, Consumer<String> normalizedText, IntConsumer token) {
    split(
        rawPattern,
        raw,
        text,
        part ->
            split(
                normalizedPattern,
                normalized,
                TextNormalizer.normalize(part),
                normalizedText,
                token),
        token);
  }

  private static void split(
      Pattern pattern,
      Map<String, Token> tokens,
      String text,
      Consumer<String> between,
      IntConsumer token) {
    Matcher m = pattern.matcher(text);
    int at = 0;
    while (m.find()) {
      Token found = tokens.get(m.group());
      if (found.singleWord() && insideWord(text, m.start(), m.end())) {
        continue;
      }
      between.accept(text.substring(at, m.start()));
      token.accept(found.id());
      at = m.end();
    }
    between.accept(text.substring(at));
  }

  private static boolean insideWord(String text, int start, int end) {
    return (start > 0 && isWord(text.codePointBefore(start)))
        || (end < text.length() && isWord(text.codePointAt(end)));
  }

  private static boolean isWord(int codePoint) {
    return WORD.matcher(Character.toString(codePoint)).matches();
  }
}
