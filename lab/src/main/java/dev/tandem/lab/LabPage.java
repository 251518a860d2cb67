package dev.tandem.lab;

import dev.tandem.lab.LabReport.Row;
import dev.tandem.orchestrator.html.Html;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A report as one HTML page that needs nothing else: curves, tables, pictures. */
final class LabPage {
  /** Rows of the picture grid: all pairs would make the page too large to open. */
  private static final int GRID_ROWS = 12;

  /** Pictures of the grid, where there are many settings; a row is always there. */
  private static final int GRID_PICTURES = 240;

  private static final Axis SECONDS = Axis.log("seconds per picture");

  private final LabReport report;
  private final String about;

  /**
   * @param about what was varied
   */
  LabPage(LabReport report, String about) {
    this.report = report;
    this.about = about;
  }

  String html() {
    LabPlan plan = report.plan();
    List<Dot> score = LabRows.dots(report, Row::score, Row::scoreFront);
    List<Dot> cmmd = LabRows.dots(report, r -> Interval.alone(r.cmmd()), Row::cmmdFront);
    Html legend = Pages.legend(CurveSvg.groups(score));
    legend.raw("<span class=\"front\"><i></i>Pareto front (filled)</span>");
    return Pages.resource("lab.html")
        .replace("{{css}}", Pages.resource("lab.css"))
        .replace("{{script}}", Pages.resource("lab.js"))
        .replace("{{summary}}", summary(plan))
        .replace("{{filter}}", filter())
        .replace("{{legend}}", legend.toString())
        .replace(
            "{{scoreCurve}}",
            new CurveSvg(score, SECONDS, Axis.linear("CLIP score (more is better)")).svg())
        .replace(
            "{{cmmdCurve}}",
            new CurveSvg(cmmd, SECONDS, Axis.linear("CMMD (less is better)")).svg())
        .replace("{{settings}}", settings())
        .replace("{{forms}}", forms())
        .replace("{{sameTime}}", sameTime())
        .replace("{{comparisons}}", comparisons())
        .replace("{{margin}}", Double.toString(plan.margin()))
        .replace("{{reference}}", Html.escape(plan.reference().id()))
        .replace("{{real}}", Integer.toString(report.realPictures()))
        .replace("{{grid}}", grid());
  }

  private String summary(LabPlan plan) {
    return String.format(
        Locale.ROOT,
        "By %s. %s%d paired picture%s per setting, guidance %s, device %s.%s",
        Html.escape(about),
        report.complete() ? "" : "Not complete: up to ",
        report.pairs().size(),
        report.pairs().size() == 1 ? "" : "s",
        plan.guidance(),
        Html.escape(plan.device()),
        report.missing().isEmpty() ? "" : " Not drawn yet: " + report.missing() + ".");
  }

  /** A box for each value of each dimension that has several; shown where scripts run. */
  private String filter() {
    Html h = new Html();
    LabRows.DIMENSIONS.forEach(
        (key, name) -> {
          List<String> values = values(key);
          if (values.size() > 1) {
            h.raw("<fieldset><legend>").text(name).raw("</legend>");
            values.forEach(v -> box(h, key, v));
            h.raw("</fieldset>");
          }
        });
    String fields = h.toString();
    return fields.isEmpty() ? "" : "<form class=\"filter\" hidden>" + fields + "</form>\n";
  }

  /** As the rows have them; numbers count up. */
  private List<String> values(String dimension) {
    Stream<String> values = report.rows().stream().map(r -> place(r).get(dimension)).distinct();
    return (dimension.equals("steps")
            ? values.sorted(Comparator.comparing(Integer::valueOf))
            : values)
        .toList();
  }

  private static void box(Html h, String name, String value) {
    h.raw("<label><input type=\"checkbox\" checked name=\"" + name + "\" value=\"");
    h.text(value).raw("\"> ").text(value).raw("</label>");
  }

  private static Map<String, String> place(Row row) {
    return LabRows.place(row.setting());
  }

  private static String attributes(Row row) {
    return place(row).entrySet().stream()
        .map(e -> " data-" + e.getKey() + "=\"" + Html.escape(e.getValue()) + "\"")
        .sorted()
        .collect(Collectors.joining());
  }

  private String settings() {
    return Pages.table(
        LabTables.settings(report), report.rows().stream().map(LabPage::attributes).toList());
  }

  private String forms() {
    return report.forms().isEmpty()
        ? ""
        : Pages.resource("forms.html").replace("{{table}}", Pages.table(LabTables.forms(report)));
  }

  private String sameTime() {
    return report.sameTime().isEmpty()
        ? ""
        : Pages.resource("same-time.html")
            .replace("{{table}}", Pages.table(LabTables.sameTime(report)));
  }

  private String comparisons() {
    return report.comparisons().isEmpty()
        ? "<p>None: neither ddim-100 nor ddpm was drawn.</p>"
        : Pages.table(LabTables.comparisons(report));
  }

  /** A row for each pair, whose pictures go on in the next line where there is no room. */
  private String grid() {
    int rows = Math.clamp(GRID_PICTURES / report.rows().size(), 1, GRID_ROWS);
    Html h = new Html();
    for (LabPair pair : report.pairs().stream().limit(rows).toList()) {
      h.raw("<section class=\"pair\"><h3>").text(pair.prompt());
      h.raw(" <span class=\"soft\">seed " + Long.toUnsignedString(pair.seed()));
      h.raw("</span></h3><div>");
      for (Row r : report.rows()) {
        figure(h, pair, r);
      }
      h.raw("</div></section>");
    }
    return h.toString();
  }

  private void figure(Html h, LabPair pair, Row row) {
    Path file = report.pictures().get(row.setting()).get(pair.index());
    String id = row.setting().id();
    h.raw("<figure" + attributes(row) + ">");
    if (file != null) {
      h.raw("<img alt=\"").text(id + ": " + pair.prompt());
      h.raw("\" src=\"" + Html.address(png(file)) + "\">");
    }
    h.raw("<figcaption>").text(file == null ? id + ": not drawn yet" : id);
    h.raw("</figcaption></figure>");
  }

  private static byte[] png(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new LabException(file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
