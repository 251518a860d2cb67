package dev.tandem.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressBarTest {
  @Test
  void saysHowFarHowFastAndHowLong() {
    // 9 steps after the first took 3 s: 3 steps a second, and 10 are left.
    assertThat(ProgressBar.line(1, 8, "red apple", 10, 20, 3_000_000_000L, 80))
        .isEqualTo("[2/8] red apple ############------------ 10/20  3.0 it/s  0:03 left");
    assertThat(ProgressBar.line(0, 1, "red apple", 1, 20, 0, 80)).endsWith(" 1/20");
    assertThat(ProgressBar.line(0, 1, "x".repeat(99), 1, 2, 0, 99)).contains("x".repeat(29) + "… ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "red apple",
        "红红红红红红红红红红红红红红红红红红红红",
        "👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧",
        "e\u0301e\u0301"
      })
  void fitsEveryTerminal(String label) {
    for (int columns = 1; columns < 120; columns++) {
      String line = ProgressBar.line(99, 1000, label, 13, 20, 3_000_000_000L, columns);
      assertThat(Columns.of(line)).as(line).isLessThan(columns);
      if (columns > 20) {
        assertThat(line).startsWith("[100/1000] ").contains("13/20");
      }
    }
  }

  @Test
  void controlCharactersDoNotReachTheTerminal() {
    StringWriter text = new StringWriter();
    ProgressBar bar = new ProgressBar(new PrintWriter(text), () -> OptionalInt.of(80));
    bar.step(0, 1, "a\u001b[2J\u0007\nb", 1, 2, 0);
    assertThat(text.toString()).startsWith("\r\033[2K[1/1] a\\u001b[2J\\u0007 b ");
    bar.println("warning: '\u001b]0;title\u0007\u009b'");
    assertThat(text.toString()).contains("warning: '\\u001b]0;title\\u0007\\u009b'");
  }

  @Test
  void drawsNothingWithoutATerminal() {
    StringWriter text = new StringWriter();
    ProgressBar bar = new ProgressBar(new PrintWriter(text), OptionalInt::empty);
    bar.step(0, 1, "a", 1, 2, 0);
    bar.clear();
    assertThat(text.toString()).isEmpty();
  }

  @Test
  void linesErasesTheBarFirst() {
    StringWriter text = new StringWriter();
    ProgressBar bar = new ProgressBar(new PrintWriter(text), () -> OptionalInt.of(80));
    bar.step(0, 1, "a", 1, 2, 0);
    bar.println("done");
    assertThat(text.toString()).endsWith("1/2\r\033[2Kdone" + System.lineSeparator());
  }
}
