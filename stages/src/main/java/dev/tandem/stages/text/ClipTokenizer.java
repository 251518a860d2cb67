package dev.tandem.stages.text;

import dev.tandem.stages.checkpoint.CheckpointException;
import dev.tandem.stages.checkpoint.Config;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * CLIP's tokenizer: byte-level BPE over normalised text, as in transformers' {@code
 * tokenization_clip.py}. Immutable, so it may be used by several threads.
 *
 * <p>Its ids are transformers' for all text but two kinds: out-of-order sequences of combining
 * marks that Unicode has had only since version 10 (brought into canonical order here, as NFC asks;
 * not there, whose tables are older), and capital letters younger than the Java runtime's Unicode.
 */
public final class ClipTokenizer {
  private static final int CLIP_LENGTH = 77;

  private final BytePairEncoding bpe;
  private final AddedTokens added;
  private final Map<Integer, String> tokens = new HashMap<>();
  private final int maxLength;

  private ClipTokenizer(BytePairEncoding bpe, AddedTokens added, int maxLength) {
    this.bpe = bpe;
    this.added = added;
    this.maxLength = maxLength;
    bpe.ids().forEach((token, id) -> tokens.put(id, token));
    tokens.putAll(added.spellings());
  }

  /**
   * Reads a tokenizer's folder: {@code vocab.json}, {@code merges.txt} and, where they are there,
   * {@code tokenizer_config.json}, {@code special_tokens_map.json}, {@code added_tokens.json}.
   *
   * @throws CheckpointException if a file is missing or malformed; names it, the token and value
   */
  public static ClipTokenizer open(Path folder) {
    BytePairEncoding bpe =
        BytePairEncoding.read(folder.resolve("vocab.json"), folder.resolve("merges.txt"));
    return new ClipTokenizer(bpe, AddedTokens.read(folder, bpe.ids()), maxLength(folder));
  }

  private static int maxLength(Path folder) {
    Path file = folder.resolve("tokenizer_config.json");
    if (!Files.isRegularFile(file)) {
      return CLIP_LENGTH;
    }
    Config config = Config.read(file);
    // transformers writes 1e30 where a tokenizer has no limit of its own
    double length =
        config.number("model_max_length").filter(n -> n < 1e9).orElse((double) CLIP_LENGTH);
    if (length != Math.rint(length) || length < 2) {
      throw new CheckpointException(
          file + ": key 'model_max_length' is " + length + ", expected a whole number from 2");
    }
    return (int) length;
  }

  /** How many tokens the model takes, start and end included. */
  public int maxLength() {
    return maxLength;
  }

  /** Id of the token that fills short prompts; not always the end token. */
  public int padId() {
    return added.role("pad_token");
  }

  /** The prompt as ids, cut and padded. */
  public Encoding encode(String prompt) {
    int end = added.role("eos_token");
    List<Integer> ids = new ArrayList<>();
    ids.add(added.role("bos_token"));
    added.cut(
        prompt,
        text ->
            WordSplitter.split(
                text, word -> bpe.encode(ByteAlphabet.encode(word), added.role("unk_token"), ids)),
        ids::add);
    ids.add(end);
    if (ids.size() <= maxLength) {
      List<Integer> padded = new ArrayList<>(ids);
      while (padded.size() < maxLength) {
        padded.add(padId());
      }
      return new Encoding(ids, padded, "");
    }
    List<Integer> padded = new ArrayList<>(ids.subList(0, maxLength - 1));
    padded.add(end);
    return new Encoding(ids, padded, truncated(ids));
  }

  /** What did not fit; a letter of several tokens that was cut inside counts as a whole. */
  private String truncated(List<Integer> ids) {
    String whole = decode(ids.subList(1, ids.size() - 1));
    String kept = decode(ids.subList(1, maxLength - 1)).replaceFirst("\uFFFD+$", "");
    return whole.substring(kept.length()).strip();
  }

  /** The text of some ids, words separated by one space; unknown ids are left out. */
  public String decode(List<Integer> ids) {
    return ByteAlphabet.decode(ids.stream().map(id -> tokens.getOrDefault(id, "")).toList())
        .replace(BytePairEncoding.END_OF_WORD, " ")
        .strip();
  }
}
