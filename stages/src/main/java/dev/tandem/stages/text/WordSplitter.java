package dev.tandem.stages.text;

import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts normalised text into words: English contractions, runs of letters, single digits, runs of
 * other signs. White space separates and is dropped.
 */
final class WordSplitter {
  private static final String CONTRACTIONS = "'s|'t|'re|'ve|'m|'ll|'d";

  /** OpenAI CLIP's pattern ({@code simple_tokenizer.py}). */
  private static final Pattern CLIP =
      Pattern.compile(
          "<\\|startoftext\\|>|<\\|endoftext\\|>|"
              + CONTRACTIONS
              + "|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+",
          Pattern.UNICODE_CHARACTER_CLASS);

  /**
   * GPT-2's pattern, which the byte level of transformers' tokenizer applies to each word again.
   */
  private static final Pattern GPT2 =
      Pattern.compile(
          CONTRACTIONS + "|\\p{L}+|\\p{N}+|[^\\s\\p{L}\\p{N}]+", Pattern.UNICODE_CHARACTER_CLASS);

  private WordSplitter() {}

  static void split(String text, Consumer<String> word) {
    Matcher outer = CLIP.matcher(text);
    while (outer.find()) {
      Matcher inner = GPT2.matcher(outer.group());
      while (inner.find()) {
        word.accept(inner.group());
      }
    }
  }
}
