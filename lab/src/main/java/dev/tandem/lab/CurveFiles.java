package dev.tandem.lab;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.devices.files.WholeFile;
import dev.tandem.orchestrator.html.Html;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a study of curves found, as files. */
public final class CurveFiles {
  private CurveFiles() {}

  /**
   * Writes {@code lab-STUDY-results.json}, {@code lab-STUDY-results.csv}, {@code lab-STUDY.html}.
   */
  public static List<Path> write(Curves curves, String study, Path folder) {
    Path json = folder.resolve("lab-" + study + "-results.json");
    Path csv = folder.resolve("lab-" + study + "-results.csv");
    Path page = folder.resolve("lab-" + study + ".html");
    WholeFile.write(json, json(curves));
    WholeFile.write(csv, csv(curves));
    WholeFile.write(page, html(curves));
    return List.of(json, csv, page);
  }

  static String html(Curves curves) {
    return Pages.resource("curves.html")
        .replace("{{css}}", Pages.resource("lab.css"))
        .replace("{{title}}", Html.escape(curves.title()))
        .replace("{{summary}}", Html.escape(curves.summary()))
        .replace(
            "{{charts}}",
            curves.charts().stream().map(CurveFiles::chart).collect(Collectors.joining()))
        .replace("{{table}}", Pages.table(new LabTables.Text(curves.header(), curves.rows())))
        .replace("{{explanation}}", Html.escape(curves.explanation()));
  }

  private static String chart(Curves.Chart chart) {
    List<Dot> dots = chart.dots();
    return "<div><div class=\"legend\">"
        + Pages.legend(CurveSvg.groups(dots))
        + "</div>"
        + new CurveSvg(dots, chart.x(), chart.y()).svg()
        + "</div>";
  }

  static String csv(Curves curves) {
    return Stream.concat(Stream.of(curves.header()), curves.rows().stream())
        .map(row -> row.stream().map(CurveFiles::cell).collect(Collectors.joining(",")) + "\n")
        .collect(Collectors.joining());
  }

  private static String cell(String text) {
    return text.matches("[^,\"\\r\\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  static String json(Curves curves) {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("title", curves.title());
    root.put("summary", curves.summary());
    var charts = root.putArray("charts");
    for (Curves.Chart chart : curves.charts()) {
      ObjectNode c = charts.addObject();
      c.put("x", chart.x().label());
      c.put("y", chart.y().label());
      var lines = c.putArray("lines");
      for (Curves.Line line : chart.lines()) {
        ObjectNode l = lines.addObject();
        l.put("name", line.name());
        var points = l.putArray("points");
        line.points().forEach(p -> put(points.addObject(), p));
      }
    }
    var rows = root.putArray("rows");
    for (List<String> row : curves.rows()) {
      ObjectNode r = rows.addObject();
      for (int i = 0; i < row.size(); i++) {
        r.put(curves.header().get(i), row.get(i));
      }
    }
    return root.toPrettyString() + "\n";
  }

  private static void put(ObjectNode node, Curves.Point p) {
    node.put("x", p.x());
    node.put("y", p.y().value());
    if (p.y().bounded()) {
      node.put("low", p.y().low());
      node.put("high", p.y().high());
    }
    node.put("label", p.label());
  }
}
