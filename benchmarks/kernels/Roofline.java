import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A roofline picture: what each operation reached against what the machine could give at its
 * arithmetic intensity. Williams, Waterman and Patterson 2009, "Roofline: an insightful visual
 * performance model".
 *
 * @param title above the picture
 * @param peakGflops measured, GFLOP/s
 * @param peakGigabytes measured, GB/s
 */
record Roofline(String title, double peakGflops, double peakGigabytes, List<Point> points) {
  /**
   * An operation.
   *
   * @param intensity FLOP a byte, each tensor read or written once
   */
  record Point(String name, String kind, double intensity, double gflops) {}

  private static final int WIDTH = 930;
  private static final int HEIGHT = 560;
  private static final int LEFT = 70;
  private static final int BOTTOM = 60;
  private static final int TOP = 50;
  private static final int RIGHT = 220;
  private static final Map<String, String> COLOURS =
      Map.of(
          "3x3 convolution", "#3b7dd8",
          "1x1 or strided convolution", "#6db3f2",
          "linear", "#2a9d62",
          "attention", "#d9662b",
          "norm", "#9b5fc0",
          "movement", "#888888");
  private static final List<String> KINDS =
      List.of(
          "3x3 convolution", "1x1 or strided convolution", "linear", "attention", "norm");

  static String kind(String name) {
    if (name.contains("conv2d 3x3 stride 1")) {
      return "3x3 convolution";
    }
    if (name.contains("conv2d")) {
      return "1x1 or strided convolution";
    }
    if (name.contains("linear") || name.contains("matmul")) {
      return "linear";
    }
    return name.contains("attention") ? "attention" : name.contains("norm") ? "norm" : "movement";
  }

  void write(Path file) throws IOException {
    double low = 0.5;
    double high = 4000;
    double floor = 1;
    double ceiling = Math.max(peakGflops, points.stream().mapToDouble(Point::gflops).max().orElse(1)) * 2;
    StringBuilder s = new StringBuilder();
    s.append(
        format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"13\">%n",
            WIDTH, HEIGHT));
    s.append(
        """
        <style>
        .page { fill: #ffffff } .ink { fill: #222222 } .soft { fill: #666666 }
        .grid { stroke: #dddddd } .roof { stroke: #222222; fill: none; stroke-width: 2 }
        @media (prefers-color-scheme: dark) {
          .page { fill: #16181c } .ink { fill: #eeeeee } .soft { fill: #aaaaaa }
          .grid { stroke: #33373d } .roof { stroke: #eeeeee }
        }
        </style>
        <rect class="page" width="100%" height="100%"/>
        """);
    s.append(format("<text class=\"ink\" x=\"%d\" y=\"28\" font-size=\"16\">%s</text>%n", LEFT, title));
    for (double g = floor; g <= ceiling; g *= 10) {
      s.append(line("grid", x(low, low, high), y(g, floor, ceiling), x(high, low, high), y(g, floor, ceiling)));
      s.append(
          format(
              "<text class=\"soft\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.0f</text>%n",
              LEFT - 8, y(g, floor, ceiling) + 4, g));
    }
    for (double i = 1; i <= high; i *= 10) {
      s.append(line("grid", x(i, low, high), y(floor, floor, ceiling), x(i, low, high), y(ceiling, floor, ceiling)));
      s.append(
          format(
              "<text class=\"soft\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.0f</text>%n",
              x(i, low, high), HEIGHT - BOTTOM + 20, i));
    }
    double ridge = peakGflops / peakGigabytes;
    s.append(
        format(
            "<polyline class=\"roof\" points=\"%.1f,%.1f %.1f,%.1f %.1f,%.1f\"/>%n",
            x(low, low, high), y(low * peakGigabytes, floor, ceiling),
            x(ridge, low, high), y(peakGflops, floor, ceiling),
            x(high, low, high), y(peakGflops, floor, ceiling)));
    s.append(
        format(
            "<text class=\"soft\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%.0f GFLOP/s measured</text>%n",
            x(high, low, high), y(peakGflops, floor, ceiling) - 8, peakGflops));
    s.append(
        format(
            "<text class=\"soft\" x=\"%.1f\" y=\"%.1f\">%.0f GB/s measured</text>%n",
            x(1.1, low, high), y(low * peakGigabytes, floor, ceiling) - 6, peakGigabytes));
    for (Point p : points) {
      s.append(
          format(
              "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"%s\" fill-opacity=\"0.8\"><title>%s: %.0f GFLOP/s</title></circle>%n",
              x(p.intensity, low, high), y(Math.max(p.gflops, floor), floor, ceiling),
              COLOURS.get(p.kind), p.name, p.gflops));
    }
    int row = TOP + 20;
    for (String kind : KINDS) {
      s.append(
          format(
              "<circle cx=\"%d\" cy=\"%d\" r=\"5\" fill=\"%s\"/><text class=\"ink\" x=\"%d\" y=\"%d\">%s</text>%n",
              WIDTH - RIGHT + 14, row, COLOURS.get(kind), WIDTH - RIGHT + 26, row + 4, kind));
      row += 22;
    }
    s.append(
        format(
            "<text class=\"ink\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">FLOP a byte</text>%n",
            (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14));
    s.append(
        format(
            "<text class=\"ink\" transform=\"translate(18 %d) rotate(-90)\" text-anchor=\"middle\">GFLOP/s (Winograd: of the direct form)</text>%n",
            (HEIGHT - BOTTOM + TOP) / 2));
    s.append("</svg>\n");
    Files.writeString(file, s);
  }

  /** Points of operations that compute something. */
  static List<Point> computing(List<Point> points) {
    return points.stream().filter(p -> p.intensity > 0.4).collect(Collectors.toList());
  }

  private static String line(String style, double x1, double y1, double x2, double y2) {
    return format("<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n", style, x1, y1, x2, y2);
  }

  private static double x(double v, double low, double high) {
    return LEFT + (WIDTH - RIGHT - LEFT) * Math.log(v / low) / Math.log(high / low);
  }

  private static double y(double v, double floor, double ceiling) {
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * Math.log(v / floor) / Math.log(ceiling / floor);
  }

  private static String format(String f, Object... a) {
    return String.format(Locale.ROOT, f, a);
  }
}
