package dev.tandem.lab;

import dev.tandem.lab.LabReport.Comparison;
import dev.tandem.lab.LabReport.Row;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
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
    return template()
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
        .replace("{{reference}}", escape(plan.reference().id()))
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
        escape(plan.device()),
        report.missing().isEmpty() ? "" : " Not drawn yet: " + report.missing() + ".");
  }

  private String legend() {
    List<String> families = CurveSvg.families(report.rows());
    StringBuilder s = new StringBuilder();
    for (int i = 0; i < families.size(); i++) {
      s.append("<span class=\"c").append(i).append("\"><i></i>");
      s.append(escape(families.get(i))).append("</span>");
    }
    return s.append("<span class=\"front\"><i></i>Pareto front (filled)</span>").toString();
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
    StringBuilder s = new StringBuilder("<div class=\"wide\"><table><thead><tr>");
    header.forEach(h -> s.append("<th>").append(escape(h)).append("</th>"));
    s.append("</tr></thead><tbody>");
    for (T row : rows) {
      List<String> values = cells.apply(row);
      s.append("<tr>");
      for (int i = 0; i < values.size(); i++) { // where there is no room for a head, cells name it
        s.append("<td data-name=\"").append(escape(header.get(i))).append("\">");
        s.append(escape(values.get(i))).append("</td>");
      }
      s.append("</tr>");
    }
    return s.append("</tbody></table></div>").toString();
  }

  /** A row for each pair, whose pictures go on in the next line where there is no room. */
  private String grid() {
    StringBuilder s = new StringBuilder();
    for (LabPair pair : report.pairs().stream().limit(GRID_ROWS).toList()) {
      s.append("<section class=\"pair\"><h3>").append(escape(pair.prompt()));
      s.append(" <span class=\"soft\">seed ")
          .append(Long.toUnsignedString(pair.seed()))
          .append("</span></h3><div>");
      for (Row r : report.rows()) {
        Path file = report.pictures().get(r.setting()).get(pair.index());
        String id = r.setting().id();
        s.append("<figure>");
        if (file == null) {
          s.append("<figcaption>")
              .append(escape(id))
              .append(": not drawn yet</figcaption></figure>");
        } else {
          s.append("<img alt=\"").append(escape(id + ": " + pair.prompt()));
          s.append("\" src=\"data:image/png;base64,").append(base64(file)).append("\">");
          s.append("<figcaption>").append(escape(id)).append("</figcaption></figure>");
        }
      }
      s.append("</div></section>");
    }
    return s.toString();
  }

  private static String base64(Path file) {
    try {
      return Base64.getEncoder().encodeToString(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new LabException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  private static String template() {
    try (InputStream in = LabPage.class.getResourceAsStream("lab.html")) {
      if (in == null) {
        throw new IllegalStateException("lab.html is missing from the program");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
