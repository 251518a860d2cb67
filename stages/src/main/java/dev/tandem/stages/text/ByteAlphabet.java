package dev.tandem.stages.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The printable alphabet of byte-level BPE (GPT-2's {@code bytes_to_unicode}): every byte is one
 * character. Printable Latin-1 characters stand for themselves, the other bytes follow from U+0100.
 */
final class ByteAlphabet {
  private static final String CHARS = chars();

  private ByteAlphabet() {}

  private static String chars() {
    StringBuilder s = new StringBuilder();
    char next = 0x100;
    for (char b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xa1 && b != 0xad);
      s.append(printable ? b : next++);
    }
    return s.toString();
  }

  /** The UTF-8 bytes of a text, each as its character. */
  static String encode(String text) {
    StringBuilder s = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      s.append(CHARS.charAt(b & 0xff));
    }
    return s.toString();
  }

  /**
   * The text of tokens in this alphabet; bytes that are no UTF-8 become U+FFFD. A token with a
   * character outside the alphabet stands for itself.
   */
  static String decode(List<String> tokens) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String token : tokens) {
      if (token.chars().allMatch(c -> CHARS.indexOf(c) >= 0)) {
        token.chars().forEach(c -> bytes.write(CHARS.indexOf(c)));
      } else {
        bytes.writeBytes(token.getBytes(StandardCharsets.UTF_8));
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
