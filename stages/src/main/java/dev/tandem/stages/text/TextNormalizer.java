package dev.tandem.stages.text;

import java.text.Normalizer;
import java.util.regex.Pattern;

/** Unicode NFC, every run of white space as one space, then lower case. */
final class TextNormalizer {
  private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final int CAPITAL_I_WITH_DOT = 0x130;

  private TextNormalizer() {}

  static String normalize(String text) {
    String composed = Normalizer.normalize(text, Normalizer.Form.NFC);
    return lowerCase(SPACE.matcher(composed).replaceAll(" "));
  }

  /**
   * Lower case without context, unlike {@link String#toLowerCase}, which turns a sigma at the end
   * of a word into another letter.
   */
  private static String lowerCase(String text) {
    StringBuilder s = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (c == CAPITAL_I_WITH_DOT) {
                s.append("i\u0307");
              } else {
                s.appendCodePoint(Character.toLowerCase(c));
              }
            });
    return s.toString();
  }
}
