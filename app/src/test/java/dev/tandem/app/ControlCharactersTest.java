package dev.tandem.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ControlCharactersTest {
  @Test
  void areSpelledAsJsonSpellsThem() {
    assertThat(ControlCharacters.escaped("crème 🍎\n\tgood")).isEqualTo("crème 🍎\n\tgood");
    assertThat(ControlCharacters.escaped("\u001b[31m\0\u007f\u009b\r\u202e"))
        .isEqualTo("\\u001b[31m\\u0000\\u007f\\u009b\\u000d\\u202e");
  }

  @Test
  void noneComesThroughTheWriter() {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(new EscapingWriter(text), true);
    out.print('\u001b');
    out.printf("%s%n", "\u0007x");
    out.write(new char[] {'a', '\b', 'c'}, 1, 2);
    out.flush();
    assertThat(text.toString()).isEqualTo("\\u001b\\u0007x\n\\u0008c");
  }
}
