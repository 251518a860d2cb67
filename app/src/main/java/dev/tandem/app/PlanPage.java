package dev.tandem.app;

import dev.tandem.devices.profile.DeviceProfile;
import dev.tandem.devices.profile.Profile;
import dev.tandem.orchestrator.html.Html;
import dev.tandem.planning.Plan;
import dev.tandem.planning.Plan.Placed;
import dev.tandem.planning.Plan.Refused;
import java.util.List;
import java.util.Locale;

/** A plan as one HTML page that needs nothing else: table, lanes, machine, sources. */
final class PlanPage {
  private final Profile profile;
  private final Plan plan;
  private final Html html = new Html();

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
    return page.html.close("body").close("html").toString();
  }

  private void head() {
    html.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .raw("<link rel=\"icon\" href=\"data:,\">\n")
        .element("title", "Plan: " + profile.name())
        .raw("<style>\n" + Html.resource(PlanPage.class, "plan.css") + "</style>\n")
        .raw("</head>\n<body>\n")
        .element("h1", "Plan for " + profile.name());
    var job = plan.job();
    html.quiet(
        String.format(
            Locale.ROOT,
            "%d picture%s of %d x %d pixels, %d evaluations of the U-Net each, %s guidance."
                + " Simulated from the profile, nothing was run.",
            job.pictures(),
            job.pictures() == 1 ? "" : "s",
            job.width(),
            job.height(),
            job.evaluations(),
            job.guided() ? "with" : "without"));
  }

  private void table() {
    String best = plan.best().map(Placed::strategy).orElse("");
    html.raw("<div class=\"scroll\"><table>\n").head(PlanView.HEADER);
    for (List<String> row : PlanView.rows(plan)) {
      html.raw(row.getFirst().equals(best) ? "<tr class=\"best\">" : "<tr>");
      row.forEach(html::cell);
      html.close("tr");
    }
    html.raw("</table></div>\n");
    PlanView.simulated(plan).ifPresent(html::quiet);
  }

  private void lanes() {
    html.raw("<p class=\"key\">Lanes, all on one scale of time:")
        .raw("<span class=\"encode\"></span>encode")
        .raw("<span class=\"denoise\"></span>denoise")
        .raw("<span class=\"decode\"></span>decode; numbers are pictures")
        .raw(plan.job().pictures() > LanesSvg.PICTURES ? ", the first " + LanesSvg.PICTURES : "")
        .raw(".</p>\n");
    double longest =
        plan.options().stream()
            .filter(Placed.class::isInstance)
            .mapToDouble(o -> LanesSvg.endNs(((Placed) o).simulation()))
            .max()
            .orElse(1);
    for (Plan.Option o : plan.options()) {
      if (o instanceof Placed p) {
        html.element("h2", p.strategy()).quiet(Placements.text(p.placement()));
        html.raw(LanesSvg.of(p.simulation(), longest) + "\n");
      }
    }
  }

  private void refusals() {
    for (Plan.Option o : plan.options()) {
      if (o instanceof Refused r) {
        html.element("h2", r.strategy() + ": cannot be used").element("p", r.reason());
        r.nearest().ifPresent(n -> html.element("p", "What fits: " + n.change()));
      }
    }
  }

  private void machine() {
    html.element("h2", "The machine").element("p", profile.description()).open("ul");
    for (DeviceProfile d : profile.devices()) {
      html.element("li", d.id() + ": " + d.name());
    }
    html.close("ul");
    if (!profile.sources().isEmpty()) {
      html.element("p", "Sources of the figures").raw("<ul class=\"quiet\">\n");
      profile.sources().forEach((of, source) -> html.element("li", of + ": " + source));
      html.close("ul");
    }
  }
}
