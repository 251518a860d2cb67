package dev.tandem.app;

import dev.tandem.devices.profile.DeviceProfile;
import dev.tandem.devices.profile.Profile;
import dev.tandem.planning.Plan;
import dev.tandem.planning.Plan.Placed;
import dev.tandem.planning.Plan.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A plan as one HTML page that needs nothing else: table, lanes, machine, sources. */
final class PlanPage {
  private final Profile profile;
  private final Plan plan;
  private final StringBuilder html = new StringBuilder();

  private PlanPage(Profile profile, Plan plan) {
    this.profile = profile;
    this.plan = plan;
  }

  static String of(Profile profile, Plan plan) {
    PlanPage page = new PlanPage(profile, plan);
    page.head();
    page.table();
    page.lanes();
    page.refusals();
    page.machine();
    return page.html.append("</body>\n</html>\n").toString();
  }

  private void head() {
    html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .append("<link rel=\"icon\" href=\"data:,\">\n<title>Plan: ")
        .append(escaped(profile.name()))
        .append("</title>\n<style>\n")
        .append(css())
        .append("</style>\n</head>\n<body>\n<h1>Plan for ")
        .append(escaped(profile.name()))
        .append("</h1>\n");
    var job = plan.job();
    html.append(
        String.format(
            Locale.ROOT,
            "<p class=\"quiet\">%d picture%s of %d x %d pixels, %d evaluations of the U-Net each,"
                + " %s guidance. Simulated from the profile, nothing was run.</p>%n",
            job.pictures(),
            job.pictures() == 1 ? "" : "s",
            job.width(),
            job.height(),
            job.evaluations(),
            job.guided() ? "with" : "without"));
  }

  private void table() {
    String best = plan.best().map(Placed::strategy).orElse("");
    html.append("<div class=\"scroll\"><table>\n<tr>");
    PlanView.HEADER.forEach(h -> html.append("<th>").append(escaped(h)).append("</th>"));
    html.append("</tr>\n");
    for (List<String> row : PlanView.rows(plan)) {
      html.append(row.getFirst().equals(best) ? "<tr class=\"best\">" : "<tr>");
      row.forEach(cell -> html.append("<td>").append(escaped(cell)).append("</td>"));
      html.append("</tr>\n");
    }
    html.append("</table></div>\n");
    PlanView.simulated(plan)
        .ifPresent(
            note -> html.append("<p class=\"quiet\">").append(escaped(note)).append("</p>\n"));
  }

  private void lanes() {
    html.append("<p class=\"key\">Lanes, all on one scale of time:")
        .append("<span class=\"encode\"></span>encode")
        .append("<span class=\"denoise\"></span>denoise")
        .append("<span class=\"decode\"></span>decode; numbers are pictures")
        .append(plan.job().pictures() > LanesSvg.PICTURES ? ", the first " + LanesSvg.PICTURES : "")
        .append(".</p>\n");
    double longest =
        plan.options().stream()
            .filter(Placed.class::isInstance)
            .mapToDouble(o -> LanesSvg.endNs(((Placed) o).simulation()))
            .max()
            .orElse(1);
    for (Plan.Option o : plan.options()) {
      if (o instanceof Placed p) {
        html.append("<h2>").append(escaped(p.strategy())).append("</h2>\n");
        html.append("<p class=\"quiet\">").append(escaped(Placements.text(p.placement())));
        html.append("</p>\n").append(LanesSvg.of(p.simulation(), longest)).append('\n');
      }
    }
  }

  private void refusals() {
    for (Plan.Option o : plan.options()) {
      if (o instanceof Refused r) {
        html.append("<h2>").append(escaped(r.strategy())).append(": cannot be used</h2>\n<p>");
        html.append(escaped(r.reason())).append("</p>\n");
        r.nearest()
            .ifPresent(
                n -> html.append("<p>What fits: ").append(escaped(n.change())).append("</p>\n"));
      }
    }
  }

  private void machine() {
    html.append("<h2>The machine</h2>\n<p>").append(escaped(profile.description()));
    html.append("</p>\n<ul>\n");
    for (DeviceProfile d : profile.devices()) {
      html.append("<li>").append(escaped(d.id() + ": " + d.name())).append("</li>\n");
    }
    html.append("</ul>\n");
    if (!profile.sources().isEmpty()) {
      html.append("<p>Sources of the figures</p>\n<ul class=\"quiet\">\n");
      for (Map.Entry<String, String> s : profile.sources().entrySet()) {
        html.append("<li>").append(escaped(s.getKey() + ": " + s.getValue())).append("</li>\n");
      }
      html.append("</ul>\n");
    }
  }

  private static String css() {
    try (InputStream in = PlanPage.class.getResourceAsStream("plan.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
