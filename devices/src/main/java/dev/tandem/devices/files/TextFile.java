package dev.tandem.devices.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Texts that people wrote, with editors that begin UTF-8 with a byte order mark or use UTF-16. */
public final class TextFile {
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private TextFile() {}

  /**
   * A file's text without its byte order mark. It is read once, so it can be a pipe.
   *
   * @throws IOException if it cannot be read or is not UTF-8; {@link FileReason} says it in words
   */
  public static String read(Path file) throws IOException {
    return text(Files.readAllBytes(file));
  }

  /** A stream's text up to its end, as {@link #read(Path)} does. */
  public static String read(InputStream in) throws IOException {
    return text(in.readAllBytes());
  }

  private static String text(byte[] bytes) throws IOException {
    if (bytes.length >= 2 && isUtf16(bytes[0] & 255, bytes[1] & 255)) {
      throw new IOException("it is UTF-16 text, save it as UTF-8");
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new IOException("it is not UTF-8 text", e);
    }
  }

  /** A mark of either order, or a Latin letter of two bytes. */
  private static boolean isUtf16(int first, int second) {
    boolean marked = first + second == 0xFE + 0xFF && Math.min(first, second) == 0xFE;
    return marked || (first == 0) != (second == 0);
  }
}
