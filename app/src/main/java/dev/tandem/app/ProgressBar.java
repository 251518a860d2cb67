package dev.tandem.app;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * One line at the foot of a terminal that shows the picture at work: {@code [2/8] red apple
 * ########---- 13/20 8.3 it/s 0:01 left}, shorter where the terminal is narrow. Draws nothing where
 * there is no terminal.
 */
final class ProgressBar {
  private static final int CELLS = 24;
  private static final int FEW_CELLS = 8;
  private static final int LABEL = 30;
  private static final int SHORT_LABEL = 6;
  private static final String ERASE_LINE = "\r\033[2K";

  private final PrintWriter out;
  private final Supplier<OptionalInt> columns;
  private int picture = -1;
  private long startNs;
  private boolean drawn;

  /**
   * A bar.
   *
   * @param columns of the terminal that {@code out} writes to, now; nothing: it is none
   */
  ProgressBar(PrintWriter out, Supplier<OptionalInt> columns) {
    this.out = out;
    this.columns = columns;
  }

  /** A bar on standard error, where that is a terminal. */
  static ProgressBar onStandardError() {
    return on(Terminal.onStandardError());
  }

  /** No bar, but lines on standard error. */
  static ProgressBar none() {
    return on(OptionalInt::empty);
  }

  private static ProgressBar on(Supplier<OptionalInt> columns) {
    return new ProgressBar(
        new PrintWriter(new OutputStreamWriter(System.err, System.err.charset()), true), columns);
  }

  /** A step of a picture is done: {@code step} of {@code steps}, counted from 1. */
  synchronized void step(int index, int count, String label, int step, int steps, long nowNs) {
    OptionalInt width = columns.get();
    if (width.isEmpty()) {
      return;
    }
    if (index != picture) {
      picture = index;
      startNs = nowNs;
    }
    draw(line(index, count, label, step, steps, nowNs - startNs, width.getAsInt()));
  }

  /**
   * The text of the bar.
   *
   * @param elapsedNs since the first step was done
   */
  static String line(
      int index, int count, String label, int step, int steps, long elapsedNs, int columns) {
    String head = String.format(Locale.ROOT, "[%d/%d]", index + 1, count);
    String tail = String.format(Locale.ROOT, "%d/%d", step, steps);
    String speed = "";
    if (step >= 2 && elapsedNs > 0) {
      double rate = (step - 1) / (elapsedNs / 1e9);
      long left = Math.round((steps - step) / rate);
      speed = String.format(Locale.ROOT, "  %.1f it/s  %d:%02d left", rate, left / 60, left % 60);
    }
    return fit(head, label, (double) step / steps, tail, speed, columns);
  }

  /**
   * Some of a whole is done.
   *
   * @param done of {@code total} parts
   * @param fraction of the whole, 0 to 1
   */
  synchronized void fraction(
      int done, int total, String label, double fraction, double secondsLeft) {
    OptionalInt width = columns.get();
    if (width.isEmpty()) {
      return;
    }
    int number = Math.min(done + 1, Math.max(1, total));
    long left = Math.round(secondsLeft);
    draw(
        fit(
            String.format(Locale.ROOT, "[%d/%d]", number, total),
            label,
            Math.clamp(fraction, 0.0, 1.0),
            String.format(Locale.ROOT, "%.0f%%", 100 * fraction),
            String.format(Locale.ROOT, "  %d:%02d left", left / 60, left % 60),
            width.getAsInt()));
  }

  /** What matters least goes first; the last column stays free, for some terminals wrap there. */
  private static String fit(
      String head, String label, double done, String tail, String more, int columns) {
    String name = ControlCharacters.escaped(label.replaceAll("\\s", " "));
    for (String end : List.of(" " + tail + more, " " + tail)) {
      for (int cells : List.of(CELLS, FEW_CELLS)) {
        String rest = " " + bar(done, cells) + end;
        int room = columns - 2 - Columns.of(head) - Columns.of(rest);
        if (room >= Math.min(SHORT_LABEL, Columns.of(name))) {
          return head + " " + Columns.cut(name, Math.min(LABEL, room)) + rest;
        }
      }
    }
    return Columns.cut(head + " " + tail, columns - 1);
  }

  private static String bar(double done, int cells) {
    int full = (int) (cells * done);
    return "#".repeat(full) + "-".repeat(cells - full);
  }

  private void draw(String line) {
    out.print(ERASE_LINE + line);
    out.flush();
    drawn = true;
  }

  /** Prints a line above the bar. */
  synchronized void println(String text) {
    clear();
    out.println(ControlCharacters.escaped(text));
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
