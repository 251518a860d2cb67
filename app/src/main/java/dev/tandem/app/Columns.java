package dev.tandem.app;

import java.lang.Character.UnicodeScript;
import java.text.BreakIterator;
import java.util.Locale;
import java.util.Set;

/**
 * How many columns of a terminal a text takes: two for East Asian letters and emoji, none for
 * combining marks. Terminals differ on joined emoji; each part counts here, so that a line is
 * rather too short than too long.
 */
final class Columns {
  private static final Set<UnicodeScript> WIDE =
      Set.of(
          UnicodeScript.HAN,
          UnicodeScript.HIRAGANA,
          UnicodeScript.KATAKANA,
          UnicodeScript.HANGUL,
          UnicodeScript.BOPOMOFO,
          UnicodeScript.YI,
          UnicodeScript.TANGUT,
          UnicodeScript.NUSHU);

  private Columns() {}

  static int of(String text) {
    return text.codePoints().map(Columns::of).sum();
  }

  private static int of(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT ->
          c == 0xFE0F ? 1 : 0; // it can make the sign before it an emoji of two columns
      default -> isWide(c) ? 2 : 1;
    };
  }

  private static boolean isWide(int c) {
    boolean halfWidth = within(c, 0xFF61, 0xFFDC) || within(c, 0xFFE8, 0xFFEE);
    boolean fullWidth = within(c, 0xFF01, 0xFF60) || within(c, 0xFFE0, 0xFFE6);
    boolean sign = within(c, 0x2E80, 0x303E) || within(c, 0x30A0, 0x33FF);
    boolean picture = Character.isEmojiPresentation(c) || within(c, 0x1F300, 0x1FAFF);
    return !halfWidth && (fullWidth || sign || picture || WIDE.contains(UnicodeScript.of(c)));
  }

  private static boolean within(int c, int first, int last) {
    return first <= c && c <= last;
  }

  /** The text if it fits, else as many whole letters as do, with an ellipsis. */
  static String cut(String text, int columns) {
    if (of(text) <= columns) {
      return text;
    }
    BreakIterator letters = BreakIterator.getCharacterInstance(Locale.ROOT);
    letters.setText(text);
    int end = 0;
    int used = 1;
    for (int next = letters.next(); next != BreakIterator.DONE; next = letters.next()) {
      used += of(text.substring(end, next));
      if (used > columns) {
        break;
      }
      end = next;
    }
    return columns < 1 ? "" : text.substring(0, end) + "…";
  }
}
