package dev.tandem.lab;

import dev.tandem.orchestrator.html.Html;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A chart as SVG: a line for each of some series, the Pareto front behind them. */
final class CurveSvg {
  /** Colours of the pages; with more groups they begin again. */
  static final int COLOURS = 8;

  private static final int WIDTH = 760;
  private static final int HEIGHT = 420;
  private static final int LEFT = 92;
  private static final int RIGHT = 24;
  private static final int TOP = 20;
  private static final int BOTTOM = 66;
  private static final int LABEL_GAP = 12;

  /** With more points, only those on the front have their labels, the others when pointed at. */
  private static final int MOST_LABELS = 20;

  private final List<Dot> dots;
  private final Axis xAxis;
  private final Axis yAxis;
  private final Scale x;
  private final Scale y;

  /**
   * @param dots at least one
   */
  CurveSvg(List<Dot> dots, Axis xAxis, Axis yAxis) {
    this.dots = List.copyOf(dots);
    this.xAxis = xAxis;
    this.yAxis = yAxis;
    x =
        new Scale(
            xAxis.logarithmic(),
            dots.stream().mapToDouble(Dot::x).min().orElseThrow(),
            dots.stream().mapToDouble(Dot::x).max().orElseThrow());
    y =
        new Scale(
            yAxis.logarithmic(),
            dots.stream().mapToDouble(Dot::low).min().orElseThrow(),
            dots.stream().mapToDouble(Dot::high).max().orElseThrow());
  }

  /** Groups in the order of their colours, for the legend. */
  static List<String> groups(List<Dot> dots) {
    return dots.stream().map(Dot::group).distinct().toList();
  }

  String svg() {
    StringBuilder s = new StringBuilder();
    s.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %d %d\"%s role=\"img\" aria-label=\"%s against %s\">",
            WIDTH,
            HEIGHT,
            dots.size() > MOST_LABELS ? " class=\"many\"" : "",
            Html.escape(yAxis.label()),
            Html.escape(xAxis.label())));
    axes(s);
    s.append("<polyline class=\"front\" points=\"");
    s.append(points(dots.stream().filter(Dot::front).toList())).append("\"/>");
    List<String> groups = groups(dots);
    Map<String, List<Dot>> lines = new LinkedHashMap<>();
    dots.forEach(d -> lines.computeIfAbsent(d.line(), l -> new ArrayList<>()).add(d));
    for (List<Dot> line : lines.values()) {
      curve(s, line, groups.indexOf(line.getFirst().group()) % COLOURS);
    }
    return s.append("</svg>").toString();
  }

  private void axes(StringBuilder s) {
    int bottom = HEIGHT - BOTTOM;
    for (double tick : x.ticks()) {
      double at = x(tick);
      grid(s, at, TOP, at, bottom);
      text(s, "tick", at, bottom + 22.0, "middle", x.text(tick));
    }
    for (double tick : y.ticks()) {
      double at = y(tick);
      grid(s, LEFT, at, WIDTH - RIGHT, at);
      text(s, "tick", LEFT - 8.0, at + 4, "end", y.text(tick));
    }
    s.append(
        String.format(
            Locale.ROOT,
            "<rect class=\"frame\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/><text"
                + " class=\"axis\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text><text"
                + " class=\"axis\" transform=\"translate(18 %d) rotate(-90)\""
                + " text-anchor=\"middle\">%s</text>",
            LEFT,
            TOP,
            WIDTH - LEFT - RIGHT,
            bottom - TOP,
            (LEFT + WIDTH - RIGHT) / 2,
            HEIGHT - 12,
            label(xAxis),
            (TOP + bottom) / 2,
            label(yAxis)));
  }

  private static String label(Axis axis) {
    return Html.escape(axis.label()) + (axis.logarithmic() ? " (log scale)" : "");
  }

  private static void grid(StringBuilder s, double x1, double y1, double x2, double y2) {
    s.append(line("grid", x1, y1, x2, y2));
  }

  private static String line(String style, double x1, double y1, double x2, double y2) {
    return String.format(
        Locale.ROOT,
        "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
        style,
        x1,
        y1,
        x2,
        y2);
  }

  private static void text(
      StringBuilder s, String style, double x, double y, String anchor, String text) {
    s.append(
        String.format(
            Locale.ROOT,
            "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
            style,
            x,
            y,
            anchor,
            Html.escape(text)));
  }

  private void curve(StringBuilder s, List<Dot> line, int colour) {
    String name = Html.escape(line.getFirst().line());
    s.append(
        String.format(
            Locale.ROOT,
            "<g class=\"c%d\"><polyline class=\"curve\" data-line=\"%s\" points=\"%s\"/>",
            colour,
            name,
            points(line)));
    line.forEach(d -> dot(s, d));
    s.append("</g>");
  }

  private void dot(StringBuilder s, Dot d) {
    double atX = x(d.x());
    double atY = y(d.y().value());
    s.append("<g class=\"dot\" data-of=\"").append(Html.escape(d.line())).append('"');
    d.data().forEach((name, v) -> s.append(" data-" + name + "=\"" + Html.escape(v) + "\""));
    s.append('>');
    if (d.y().bounded()) {
      s.append(line("bar", atX, y(d.y().low()), atX, y(d.y().high())));
    }
    s.append(
        String.format(
            Locale.ROOT,
            "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\"><title>%s</title></circle>",
            d.front() ? "on" : "off",
            atX,
            atY,
            Html.escape(d.title())));
    text(s, "steps", atX + 8, atY - LABEL_GAP / 2.0, "start", d.label());
    s.append("</g>");
  }

  private String points(List<Dot> line) {
    return line.stream()
        .sorted(Comparator.comparingDouble(Dot::x))
        .map(d -> String.format(Locale.ROOT, "%.1f,%.1f", x(d.x()), y(d.y().value())))
        .collect(Collectors.joining(" "));
  }

  private double x(double value) {
    return LEFT + x.share(value) * (WIDTH - LEFT - RIGHT);
  }

  private double y(double value) {
    return TOP + (1 - y.share(value)) * (HEIGHT - TOP - BOTTOM);
  }
}
