package dev.tandem.lab;

import dev.tandem.lab.LabReport.Comparison;
import dev.tandem.lab.LabReport.Row;
import dev.tandem.orchestrator.html.Html;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** A report as one HTML page that needs nothing else: curves, tables, pictures. */
final class LabPage {
  /** Rows of the picture grid: all pairs would make the page too large to open. */
  private static final int GRID_ROWS = 12;

  private final LabReport report;

  LabPage(LabReport report) {
    this.report = report;
  }

  String html() {
    LabPlan plan = report.plan();
    return Html.resource(LabPage.class, "lab.html")
        .replace("{{summary}}", summary(plan))
        .replace("{{legend}}", legend())
        .replace(
            "{{scoreCurve}}",
            new CurveSvg(report.rows(), "CLIP score (more is better)", Row::score, Row::scoreFront)
                .svg())
        .replace(
            "{{cmmdCurve}}",
            new CurveSvg(
                    report.rows(),
                    "CMMD (less is better)",
                    r -> Interval.alone(r.cmmd()),
                    Row::cmmdFront)
                .svg())
        .replace("{{settings}}", settings())
        .replace("{{comparisons}}", comparisons())
        .replace("{{margin}}", Double.toString(plan.margin()))
        .replace("{{reference}}", Html.escape(plan.reference().id()))
        .replace("{{real}}", Integer.toString(report.realPictures()))
        .replace("{{grid}}", grid());
  }

  private String summary(LabPlan plan) {
    return String.format(
        Locale.ROOT,
        "%s%d paired picture%s per setting, guidance %s, device %s.%s",
        report.complete() ? "" : "Not complete: up to ",
        report.pairs().size(),
        report.pairs().size() == 1 ? "" : "s",
        plan.guidance(),
        Html.escape(plan.device()),
        report.missing().isEmpty() ? "" : " Not drawn yet: " + report.missing() + ".");
  }

  private String legend() {
    List<String> families = CurveSvg.families(report.rows());
    Html h = new Html();
    for (int i = 0; i < families.size(); i++) {
      h.raw("<span class=\"c" + i + "\"><i></i>").text(families.get(i)).raw("</span>");
    }
    return h.raw("<span class=\"front\"><i></i>Pareto front (filled)</span>").toString();
  }

  private String settings() {
    return table(
        List.of(
            "setting",
            "pairs",
            "evaluations",
            "seconds",
            "CLIP score",
            "top-1",
            "CMMD",
            "PSNR, dB",
            "front"),
        report.rows(),
        r ->
            List.of(
                r.setting().id(),
                Integer.toString(r.pairs()),
                Integer.toString(r.evaluations()),
                r.seconds().text(3),
                r.score().text(3),
                percent(r.top1()),
                String.format(Locale.ROOT, "%.3f", r.cmmd()),
                r.psnr().map(p -> p.text(r)).orElse("–"),
                r.scoreFront() ? r.cmmdFront() ? "both" : "score" : r.cmmdFront() ? "CMMD" : ""));
  }

  private String comparisons() {
    if (report.comparisons().isEmpty()) {
      return "<p>None: neither ddim-100 nor ddpm was drawn.</p>";
    }
    return table(
        List.of(
            "setting",
            "against",
            "pairs",
            "times faster",
            "CLIP score",
            "top-1",
            "CMMD",
            "verdict"),
        report.comparisons(),
        (Comparison c) ->
            List.of(
                c.fast().id(),
                c.slow().id(),
                Integer.toString(c.pairs()),
                c.speedUp().text(1),
                c.score().text(3),
                percent(c.top1()),
                c.cmmd().text(3),
                c.verdict().toString()));
  }

  private static String percent(Interval share) {
    return new Interval(100 * share.value(), 100 * share.low(), 100 * share.high()).text(1) + " %";
  }

  private static <T> String table(
      List<String> header, List<T> rows, Function<T, List<String>> cells) {
    Html h = new Html().raw("<div class=\"wide\"><table>").head(header).raw("<tbody>");
    for (T row : rows) {
      List<String> values = cells.apply(row);
      h.raw("<tr>");
      for (int i = 0; i < values.size(); i++) {
        h.cell(header.get(i), values.get(i));
      }
      h.raw("</tr>");
    }
    return h.raw("</tbody></table></div>").toString();
  }

  /** A row for each pair, whose pictures go on in the next line where there is no room. */
  private String grid() {
    Html h = new Html();
    for (LabPair pair : report.pairs().stream().limit(GRID_ROWS).toList()) {
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
    h.raw("<figure>");
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
