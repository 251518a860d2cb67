package dev.tandem.lab;

import java.util.List;

/**
 * What a study of curves found.
 *
 * @param title of the page
 * @param summary under which conditions it was measured, a sentence
 * @param charts in the order of the page
 * @param header of the table
 * @param rows of the table, each as long as the header
 * @param explanation what the figures are, a paragraph
 */
public record Curves(
    String title,
    String summary,
    List<Chart> charts,
    List<String> header,
    List<List<String>> rows,
    String explanation) {
  public Curves {
    charts = List.copyOf(charts);
    header = List.copyOf(header);
    rows = rows.stream().map(List::copyOf).toList();
    for (List<String> row : rows) {
      if (row.size() != header.size()) {
        throw new IllegalArgumentException(
            "a row of " + row.size() + " cells under a header of " + header.size() + ": " + row);
      }
    }
  }

  /**
   * Lines over an axis.
   *
   * @param x what the axis says
   * @param y likewise
   */
  public record Chart(Axis x, Axis y, List<Line> lines) {
    public Chart {
      lines = List.copyOf(lines);
    }

    List<Dot> dots() {
      return lines.stream()
          .flatMap(l -> l.points().stream().map(p -> Dot.of(l.name(), p.x(), p.y(), p.label())))
          .toList();
    }
  }

  /** Points that belong together; their line goes by x. */
  public record Line(String name, List<Point> points) {
    public Line {
      points = List.copyOf(points);
    }
  }

  /**
   * A measurement.
   *
   * @param label beside the point; may be empty
   */
  public record Point(double x, Interval y, String label) {}
}
