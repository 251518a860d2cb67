package dev.tandem.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
  @Test
  void saysHowFarHowFastAndHowLong() {
    // 9 steps after the first took 3 s: 3 steps a second, and 10 are left.
    assertThat(ProgressBar.line(1, 8, "red apple", 10, 20, 3_000_000_000L))
        .isEqualTo("[2/8] red apple ############------------ 10/20  3.0 it/s  0:03 left");
    assertThat(ProgressBar.line(0, 1, "red apple", 1, 20, 0)).endsWith(" 1/20");
    assertThat(ProgressBar.line(0, 1, "x".repeat(99), 1, 2, 0)).contains("x".repeat(29) + "… ");
  }

  @Test
  void drawsNothingWithoutATerminal() {
    StringWriter text = new StringWriter();
    ProgressBar bar = new ProgressBar(new PrintWriter(text), false);
    bar.step(0, 1, "a", 1, 2, 0);
    bar.clear();
    assertThat(text.toString()).isEmpty();
  }

  @Test
  void linesErasesTheBarFirst() {
    StringWriter text = new StringWriter();
    ProgressBar bar = new ProgressBar(new PrintWriter(text), true);
    bar.step(0, 1, "a", 1, 2, 0);
    bar.println("done");
    assertThat(text.toString()).endsWith("1/2\r\033[2Kdone" + System.lineSeparator());
  }
}
