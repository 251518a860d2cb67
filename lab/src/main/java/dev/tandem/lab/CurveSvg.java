package dev.tandem.lab;

import dev.tandem.lab.LabReport.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/** A time-quality curve as SVG: a line for each solver, the Pareto front behind them. */
final class CurveSvg {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 420;
  private static final int LEFT = 92;
  private static final int RIGHT = 24;
  private static final int TOP = 20;
  private static final int BOTTOM = 66;
  private static final int LABEL_GAP = 12;
  private static final int MOST_TICKS = 12;
  private static final double LEAST_SECONDS = 1e-6;

  private final List<Row> rows;
  private final String yLabel;
  private final Function<Row, Interval> value;
  private final Predicate<Row> front;
  private final double lowX;
  private final double highX;
  private final double lowY;
  private final double highY;

  /**
   * @param yLabel axis label
   * @param value of a row
   * @param front whether a row is on the front
   */
  CurveSvg(List<Row> rows, String yLabel, Function<Row, Interval> value, Predicate<Row> front) {
    this.rows = rows;
    this.yLabel = yLabel;
    this.value = value;
    this.front = front;
    lowX = rows.stream().mapToDouble(CurveSvg::seconds).min().orElseThrow() / 1.3;
    highX = rows.stream().mapToDouble(CurveSvg::seconds).max().orElseThrow() * 1.3;
    double low = rows.stream().mapToDouble(r -> low(value.apply(r))).min().orElseThrow();
    double high = rows.stream().mapToDouble(r -> high(value.apply(r))).max().orElseThrow();
    double room = Math.max(1e-6, (high - low) * 0.12);
    lowY = low - room;
    highY = high + room;
  }

  /** Of a picture; a logarithmic scale has no 0. */
  private static double seconds(Row r) {
    return Math.max(LEAST_SECONDS, r.seconds().value());
  }

  private static double low(Interval i) {
    return i.bounded() ? i.low() : i.value();
  }

  private static double high(Interval i) {
    return i.bounded() ? i.high() : i.value();
  }

  String svg() {
    StringBuilder s = new StringBuilder();
    s.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s against seconds per"
                + " picture\">",
            WIDTH,
            HEIGHT,
            yLabel));
    axes(s);
    frontLine(s);
    Map<String, List<Row>> families = new LinkedHashMap<>();
    rows.forEach(
        r -> families.computeIfAbsent(r.setting().family(), f -> new ArrayList<>()).add(r));
    int colour = 0;
    for (List<Row> family : families.values()) {
      curve(s, family, colour++);
    }
    return s.append("</svg>").toString();
  }

  /** Families in the order of their colours, for the legend. */
  static List<String> families(List<Row> rows) {
    return rows.stream().map(r -> r.setting().family()).distinct().toList();
  }

  private void axes(StringBuilder s) {
    int bottom = HEIGHT - BOTTOM;
    for (double x : ticksX()) {
      s.append(
          String.format(
              Locale.ROOT,
              "<line class=\"grid\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>"
                  + "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
              x(x),
              TOP,
              x(x),
              bottom,
              x(x),
              bottom + 22,
              seconds(x)));
    }
    double step = niceStep((highY - lowY) / 5);
    double first = Math.ceil(lowY / step) * step;
    for (int i = 0; i <= MOST_TICKS && first + i * step <= highY; i++) {
      double y = first + i * step;
      s.append(
          String.format(
              Locale.ROOT,
              "<line class=\"grid\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>"
                  + "<text class=\"tick\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
              LEFT,
              y(y),
              WIDTH - RIGHT,
              y(y),
              LEFT - 8,
              y(y) + 4,
              tick(y, step)));
    }
    s.append(
        String.format(
            Locale.ROOT,
            "<rect class=\"frame\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/><text"
                + " class=\"axis\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">seconds per picture"
                + " (log scale)</text><text class=\"axis\" transform=\"translate(18 %d)"
                + " rotate(-90)\" text-anchor=\"middle\">%s</text>",
            LEFT,
            TOP,
            WIDTH - LEFT - RIGHT,
            bottom - TOP,
            (LEFT + WIDTH - RIGHT) / 2,
            HEIGHT - 12,
            (TOP + bottom) / 2,
            yLabel));
  }

  private void frontLine(StringBuilder s) {
    List<Row> sorted =
        rows.stream()
            .filter(front)
            .sorted(Comparator.comparingDouble(r -> r.seconds().value()))
            .toList();
    s.append("<polyline class=\"front\" points=\"");
    sorted.forEach(
        r ->
            s.append(
                String.format(
                    Locale.ROOT, "%.1f,%.1f ", x(seconds(r)), y(value.apply(r).value()))));
    s.append("\"/>");
  }

  private void curve(StringBuilder s, List<Row> family, int colour) {
    List<Row> sorted = new ArrayList<>(family);
    sorted.sort(Comparator.comparingDouble(r -> r.seconds().value()));
    s.append(
        String.format(Locale.ROOT, "<g class=\"c%d\"><polyline class=\"curve\" points=\"", colour));
    sorted.forEach(
        r ->
            s.append(
                String.format(
                    Locale.ROOT, "%.1f,%.1f ", x(seconds(r)), y(value.apply(r).value()))));
    s.append("\"/>");
    for (Row r : sorted) {
      Interval v = value.apply(r);
      double x = x(seconds(r));
      double y = y(v.value());
      if (v.bounded()) {
        s.append(
            String.format(
                Locale.ROOT,
                "<line class=\"bar\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
                x,
                y(v.low()),
                x,
                y(v.high())));
      }
      s.append(
          String.format(
              Locale.ROOT,
              "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\"><title>%s: %s, %s s</title>"
                  + "</circle><text class=\"steps\" x=\"%.1f\" y=\"%.1f\">%d</text>",
              front.test(r) ? "on" : "off",
              x,
              y,
              r.setting().id(),
              v.text(3),
              r.seconds().text(3),
              x + 8,
              y - LABEL_GAP / 2.0,
              r.setting().steps()));
    }
    s.append("</g>");
  }

  private double x(double seconds) {
    double share = Math.log(seconds / lowX) / Math.log(highX / lowX);
    return LEFT + share * (WIDTH - LEFT - RIGHT);
  }

  private double y(double v) {
    return TOP + (highY - v) / (highY - lowY) * (HEIGHT - TOP - BOTTOM);
  }

  private List<Double> ticksX() {
    List<Double> ticks = new ArrayList<>();
    for (double decade = LEAST_SECONDS; decade < 1e5; decade *= 10) {
      for (int digit : new int[] {1, 2, 5}) {
        double tick = decade * digit;
        if (tick >= lowX && tick <= highX) {
          ticks.add(tick);
        }
      }
    }
    return ticks;
  }

  private static String seconds(double x) {
    return x >= 1
        ? String.format(Locale.ROOT, "%.0f", x)
        : String.format(Locale.ROOT, "%.3g", x).replaceAll("0+$", "");
  }

  private static double niceStep(double rough) {
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double digit = rough / power;
    return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
  }

  private static String tick(double value, double step) {
    int decimals = Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9));
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
