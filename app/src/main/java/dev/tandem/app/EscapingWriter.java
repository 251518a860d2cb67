package dev.tandem.app;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.Writer;

/** Lets no {@link ControlCharacters} through. */
final class EscapingWriter extends FilterWriter {
  EscapingWriter(Writer out) {
    super(out);
  }

  @Override
  public void write(int c) throws IOException {
    write(Character.toString((char) c));
  }

  @Override
  public void write(char[] chars, int from, int length) throws IOException {
    write(new String(chars, from, length));
  }

  @Override
  public void write(String text, int from, int length) throws IOException {
    out.write(ControlCharacters.escaped(text.substring(from, from + length)));
  }
}
