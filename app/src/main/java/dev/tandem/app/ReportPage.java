package dev.tandem.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.orchestrator.compare.Comparison;
import dev.tandem.orchestrator.compare.Comparison.Result;
import dev.tandem.orchestrator.compare.Contestant;
import dev.tandem.orchestrator.compare.Figures;
import dev.tandem.orchestrator.compare.Figures.DeviceFigures;
import dev.tandem.orchestrator.html.Html;
import dev.tandem.orchestrator.measure.Ratio;
import dev.tandem.orchestrator.picture.Picture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/** A comparison as one HTML page that needs nothing else: figures, lanes, pictures. */
final class ReportPage {
  private ReportPage() {}

  /**
   * The page's text.
   *
   * @param document the comparison as {@link CompareJson} has it
   */
  static String of(ObjectNode document, Comparison comparison) {
    List<Figures> figures = comparison.figures();
    ObjectNode data = document.deepCopy();
    data.set("runs", Lanes.of(comparison));
    return resource("report.html")
        .replace("{{title}}", "Strategies compared")
        .replace("{{css}}", resource("report.css"))
        .replace("{{lead}}", lead(figures))
        .replace("{{job}}", Html.escape(job(document)))
        .replace("{{table}}", table(figures))
        .replace("{{devices}}", devices(figures))
        .replace("{{pictures}}", pictures(comparison, figures))
        .replace("{{facts}}", facts(document))
        .replace("{{command}}", Html.escape(document.get("command").asText()))
        .replace("{{js}}", resource("report.js"))
        .replace("{{data}}", data.toString().replace("<", "\\u003c"));
  }

  private static String resource(String name) {
    return Html.resource(ReportPage.class, "report/" + name);
  }

  private static String lead(List<Figures> all) {
    Figures best =
        all.stream()
            .max(Comparator.comparingDouble(f -> f.picturesPerSecond().median()))
            .orElseThrow();
    return Html.escape(
        String.format(
            Locale.ROOT,
            "Fastest: %s with %s pictures/s, %s the sequential loop, %s of what solo times allow.",
            best.contestant().name(),
            CompareText.rate(best.picturesPerSecond().median()),
            CompareText.times(best.speedUp().median()),
            CompareText.percent(best.shareOfBound().median())));
  }

  private static String job(ObjectNode document) {
    JsonNode j = document.get("job");
    return String.format(
        Locale.ROOT,
        "%d pictures of %s, %d steps, guidance %s, %d rounds.",
        j.get("pictures").asInt(),
        j.get("model").asText(),
        j.get("steps").asInt(),
        j.get("guidance").asText(),
        j.get("rounds").asInt());
  }

  private static String table(List<Figures> all) {
    double most = all.stream().mapToDouble(f -> f.picturesPerSecond().median()).max().orElseThrow();
    Html h = new Html();
    h.open("table");
    h.element(
        "caption",
        "Medians of the rounds; the spread is half of what lies between the slowest and the fastest"
            + " round. Speed-up: against the sequential loop of the same round. Bound: what the"
            + " times of the work alone allow, fill and drain included. PSNR: of the picture that"
            + " differs most from the sequential loop's.");
    h.head(
        List.of(
            "strategy",
            "pictures/s",
            "latency p50",
            "latency p95",
            "overlap",
            "speed-up",
            "bound",
            "of bound",
            "predicted",
            "error",
            "PSNR"));
    h.open("tbody");
    for (Figures f : all) {
      Contestant c = f.contestant();
      double speed = f.picturesPerSecond().median();
      h.open("tr");
      h.raw("<th scope=\"row\">" + Html.escape(c.name()));
      h.raw("<span class=\"what\">" + Html.escape(c.description()) + "</span></th>");
      h.raw("<td" + (speed == most ? " class=\"best\">" : ">") + CompareText.rate(speed));
      h.raw("<span class=\"spread\">" + CompareText.spread(f.picturesPerSecond()) + "</span>");
      h.raw(
          String.format(
              Locale.ROOT,
              "<span class=\"bar\"><i style=\"width:%.1f%%\"></i></span></td>",
              100 * Ratio.of(speed, most)));
      h.cell(CompareText.seconds(f.p50Ns()));
      h.cell(CompareText.seconds(f.p95Ns()));
      h.cell(CompareText.percent(f.overlap().median()));
      h.cell(CompareText.times(f.speedUp().median()));
      h.cell(CompareText.rate(f.bound().median()));
      h.cell(CompareText.percent(f.shareOfBound().median()));
      h.cell(f.predicted().isPresent() ? CompareText.rate(f.predicted().getAsDouble()) : "–");
      h.cell(f.error().isPresent() ? CompareText.signedPercent(f.error().getAsDouble()) : "–");
      h.cell(CompareText.psnr(f.psnrDb()));
      h.close("tr");
    }
    return h.close("tbody").close("table").toString();
  }

  private static String devices(List<Figures> all) {
    Html h = new Html();
    h.open("table");
    h.element(
        "caption",
        "Shares of the run. Busy is from device start to device end; idle is counted between a"
            + " device's first and last work, by its cause.");
    h.head(
        List.of(
            "strategy", "device", "busy", "no input", "back-pressure", "host work", "clock error"));
    h.open("tbody");
    for (Figures f : all) {
      for (DeviceFigures d : f.devices()) {
        h.open("tr");
        h.raw("<th scope=\"row\">" + Html.escape(f.contestant().name()) + "</th>");
        h.cell(d.device());
        h.raw("<td>" + CompareText.percent(d.busy().median()));
        h.raw(
            String.format(
                Locale.ROOT,
                "<span class=\"bar\"><i style=\"width:%.1f%%\"></i></span></td>",
                100 * d.busy().median()));
        h.cell(CompareText.percent(d.input().median()));
        h.cell(CompareText.percent(d.backPressure().median()));
        h.cell(CompareText.percent(d.host().median()));
        h.cell(CompareText.micros(d.errorNs()));
        h.close("tr");
      }
    }
    return h.close("tbody").close("table").toString();
  }

  /** The sequential loop's pictures, and those of strategies whose pictures differ from them. */
  private static String pictures(Comparison comparison, List<Figures> figures) {
    Html h = new Html();
    for (int i = 0; i < figures.size(); i++) {
      Figures f = figures.get(i);
      Result result = comparison.results().get(i);
      boolean first = i == 0;
      boolean equal = f.psnrDb().orElse(0) == Double.POSITIVE_INFINITY;
      h.raw("<div class=\"row\"><h3>" + Html.escape(result.contestant().name()));
      if (!first) {
        h.raw(" <span>" + (equal ? "the same, bit for bit" : CompareText.psnr(f.psnrDb())));
        h.raw("</span>");
      }
      h.raw("</h3>");
      if (first || !equal) {
        h.raw("<div class=\"pictures\">");
        result.sample().pictures().stream()
            .sorted(Comparator.comparingInt(Picture::index))
            .forEach(p -> h.raw(figure(p)));
        h.raw("</div>");
      }
      h.raw("</div>\n");
    }
    return h.toString();
  }

  private static String figure(Picture p) {
    return "<figure><img width=\""
        + p.width()
        + "\" height=\""
        + p.height()
        + "\" alt=\""
        + Html.escape(p.request().prompt())
        + "\" src=\""
        + Html.address(png(p))
        + "\"><figcaption>"
        + p.index()
        + ": "
        + Html.escape(p.request().prompt())
        + ", seed "
        + Long.toUnsignedString(p.request().seed())
        + "</figcaption></figure>";
  }

  private static byte[] png(Picture p) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(p.toBufferedImage(), "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static String facts(ObjectNode document) {
    JsonNode m = document.get("machine");
    Html h = new Html();
    h.fact("Processor", m.get("processor").asText() + ", " + m.get("cores").asInt() + " cores");
    h.fact("System", m.get("system").asText());
    h.fact("Java", m.get("java").asText());
    h.fact("Version", m.get("tandem").asText());
    h.fact("Started", m.get("measured").asText());
    h.fact("Predictions written", document.at("/predictions/written").asText());
    for (JsonNode d : m.get("devices")) {
      h.fact(d.get("id").asText(), d.get("name").asText() + ", " + d.get("driver").asText());
    }
    return h.toString();
  }
}
