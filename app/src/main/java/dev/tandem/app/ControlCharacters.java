package dev.tandem.app;

import java.util.Locale;

/**
 * Characters that would steer a terminal: they could clear the screen, set its title or turn text
 * round. Prompts and file names may hold any.
 */
final class ControlCharacters {
  private ControlCharacters() {}

  /** The text with each of them spelled <code>\</code><code>u001b</code>, as JSON spells it. */
  static String escaped(String text) {
    if (text.chars().noneMatch(c -> steers((char) c)) || text.equals(System.lineSeparator())) {
      return text;
    }
    StringBuilder s = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      s.append(steers(c) ? String.format(Locale.ROOT, "\\u%04x", (int) c) : c);
    }
    return s.toString();
  }

  private static boolean steers(char c) {
    boolean turns = (c >= '\u202A' && c <= '\u202E') || (c >= '\u2066' && c <= '\u2069');
    boolean plain = c == '\n' || c == '\t';
    return turns || (Character.isISOControl(c) && !plain);
  }
}
