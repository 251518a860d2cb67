package dev.tandem.app;

import java.io.PrintWriter;
import java.util.Locale;

/**
 * One line at the foot of a terminal that shows the picture at work: {@code [2/8] red apple
 * ########---- 13/20 8.3 it/s 0:01 left}. Draws nothing where there is no terminal.
 */
final class ProgressBar {
  private static final int CELLS = 24;
  private static final int LABEL = 30;
  private static final String ERASE_LINE = "\r\033[2K";

  private final PrintWriter out;
  private final boolean terminal;
  private int picture = -1;
  private long startNs;
  private boolean drawn;

  ProgressBar(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** A step of a picture is done: {@code step} of {@code steps}, counted from 1. */
  synchronized void step(int index, int count, String label, int step, int steps, long nowNs) {
    if (!terminal) {
      return;
    }
    if (index != picture) {
      picture = index;
      startNs = nowNs;
    }
    out.print(ERASE_LINE + line(index, count, label, step, steps, nowNs - startNs));
    out.flush();
    drawn = true;
  }

  /**
   * The text of the bar.
   *
   * @param elapsedNs since the first step was done
   */
  static String line(int index, int count, String label, int step, int steps, long elapsedNs) {
    int full = CELLS * step / steps;
    String bar = "#".repeat(full) + "-".repeat(CELLS - full);
    String name = label.length() <= LABEL ? label : label.substring(0, LABEL - 1) + "…";
    String head =
        String.format(Locale.ROOT, "[%d/%d] %s %s %d/%d", index + 1, count, name, bar, step, steps);
    if (step < 2 || elapsedNs <= 0) {
      return head;
    }
    double rate = (step - 1) / (elapsedNs / 1e9);
    long left = Math.round((steps - step) / rate);
    return head
        + String.format(Locale.ROOT, "  %.1f it/s  %d:%02d left", rate, left / 60, left % 60);
  }

  /** A bar where there is a terminal. */
  @SuppressWarnings("SystemConsoleNull") // since JDK 25 it is null again where there is no terminal
  static ProgressBar on(PrintWriter out) {
    return new ProgressBar(out, System.console() != null && System.console().isTerminal());
  }

  /**
   * Some of a whole is done.
   *
   * @param done of {@code total} parts
   * @param fraction of the whole, 0 to 1
   */
  synchronized void fraction(
      int done, int total, String label, double fraction, double secondsLeft) {
    if (!terminal) {
      return;
    }
    int full = (int) Math.round(CELLS * Math.clamp(fraction, 0.0, 1.0));
    String cells = "#".repeat(full) + "-".repeat(CELLS - full);
    String name = label.length() <= LABEL ? label : label.substring(0, LABEL - 1) + "…";
    long left = Math.round(secondsLeft);
    out.print(
        ERASE_LINE
            + String.format(
                Locale.ROOT,
                "[%d/%d] %s %s %.0f%%  %d:%02d left",
                Math.min(done + 1, Math.max(1, total)),
                total,
                name,
                cells,
                100 * fraction,
                left / 60,
                left % 60));
    out.flush();
    drawn = true;
  }

  /** Prints a line above the bar. */
  synchronized void println(String text) {
    clear();
    out.println(text);
    out.flush();
  }

  synchronized void clear() {
    if (drawn) {
      out.print(ERASE_LINE);
      out.flush();
      drawn = false;
    }
  }
}
