package dev.tandem.devices.files;

import java.nio.charset.StandardCharsets;
import java.text.BreakIterator;
import java.util.Locale;

/** Names of files, whose length the system limits in bytes, not in letters. */
public final class FileName {
  private FileName() {}

  /** Bytes that a name takes on disk, in UTF-8. */
  public static int bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length;
  }

  /** The longest beginning of a name that has no more than some bytes and cuts no letter apart. */
  public static String cut(String name, int bytes) {
    if (bytes(name) <= bytes) {
      return name;
    }
    BreakIterator letters = BreakIterator.getCharacterInstance(Locale.ROOT);
    letters.setText(name);
    int end = 0;
    int used = 0;
    for (int next = letters.next(); next != BreakIterator.DONE; next = letters.next()) {
      used += bytes(name.substring(end, next));
      if (used > bytes) {
        break;
      }
      end = next;
    }
    return name.substring(0, end);
  }
}
