package dev.tandem.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.devices.profile.Profile;
import dev.tandem.orchestrator.placement.PlacementJson;
import dev.tandem.planning.Plan;
import dev.tandem.planning.Plan.Placed;
import dev.tandem.planning.Plan.Refused;
import dev.tandem.planning.simulate.Simulation;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A plan as a table for people and as JSON for programs. */
final class PlanView {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  static final List<String> HEADER =
      List.of(
          "strategy",
          "pictures/s",
          "speed-up",
          "total",
          "p50",
          "p95",
          "overlap",
          "busy",
          "memory",
          "energy",
          "placement");

  private PlanView() {}

  static void table(PrintWriter out, Plan plan) {
    Table.print(out, HEADER, rows(plan));
    simulated(plan)
        .ifPresent(
            note -> {
              out.println();
              out.println(note);
            });
    for (Plan.Option o : plan.options()) {
      if (o instanceof Refused r) {
        out.println();
        out.println(r.strategy() + ": " + r.reason());
        r.nearest().ifPresent(n -> out.println("  what fits: " + n.change()));
      }
    }
    plan.best()
        .ifPresent(
            b -> {
              out.println();
              out.println("best: " + b.strategy() + ", " + Placements.text(b.placement()));
            });
  }

  /** That only the first pictures of a long run are simulated, where it is so. */
  static Optional<String> simulated(Plan plan) {
    return plan.best()
        .map(Placed::simulation)
        .filter(s -> s.pictures().size() < s.count())
        .map(
            s ->
                String.format(
                    Locale.ROOT,
                    "simulated: the first %d of %d pictures; the others at the pace that these have"
                        + " once the stages are full",
                    s.pictures().size(),
                    s.count()));
  }

  /** The strategies that can run, a row each. */
  static List<List<String>> rows(Plan plan) {
    List<List<String>> rows = new ArrayList<>();
    for (Plan.Option o : plan.options()) {
      if (o instanceof Placed p) {
        rows.add(row(plan, p));
      }
    }
    return rows;
  }

  private static List<String> row(Plan plan, Placed p) {
    Simulation s = p.simulation();
    return List.of(
        p.strategy(),
        number(s.picturesPerSecond()),
        speedUp(plan, s).map(x -> String.format(Locale.ROOT, "%.2fx", x)).orElse(""),
        seconds(s.makespanNs()),
        seconds(s.latencyNs(0.5)),
        seconds(s.latencyNs(0.95)),
        percent(s.overlap()),
        s.devices().values().stream()
            .map(d -> percent(d.busyShare()))
            .collect(Collectors.joining(" ")),
        s.devices().values().stream()
            .map(d -> String.format(Locale.ROOT, "%.0f", d.memoryBytes() / (double) (1 << 20)))
            .collect(Collectors.joining("+", "", " MiB")),
        s.joules().map(j -> String.format(Locale.ROOT, "%.3g J", j / s.count())).orElse(""),
        Placements.text(p.placement()));
  }

  /** Over one device doing everything, where that was simulated too and both take time. */
  static Optional<Double> speedUp(Plan plan, Simulation s) {
    return plan.option("single")
        .map(one -> one.simulation().makespanNs() / s.makespanNs())
        .filter(Double::isFinite);
  }

  static void json(PrintWriter out, Profile profile, Plan plan) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("profile", profile.name());
    root.set("job", MAPPER.valueToTree(plan.job()));
    ArrayNode options = root.putArray("strategies");
    for (Plan.Option o : plan.options()) {
      ObjectNode node = options.addObject();
      node.put("strategy", o.strategy());
      switch (o) {
        case Placed p -> placed(node, plan, p);
        case Refused r -> {
          node.put("refused", r.reason());
          r.nearest()
              .ifPresent(
                  n -> {
                    ObjectNode nearest = node.putObject("nearest");
                    nearest.put("change", n.change());
                    nearest.set("placement", placement(n.placement()));
                    nearest.set("memoryBytes", MAPPER.valueToTree(n.need().bytes()));
                  });
        }
      }
    }
    plan.best().ifPresent(b -> root.put("best", b.strategy()));
    out.println(root.toPrettyString());
  }

  private static void placed(ObjectNode node, Plan plan, Placed p) {
    Simulation s = p.simulation();
    node.put("picturesPerSecond", s.picturesPerSecond());
    node.put("simulatedPictures", s.pictures().size());
    node.put("seconds", s.makespanNs() / 1e9);
    speedUp(plan, s).ifPresent(x -> node.put("speedUp", x));
    node.put("latencyP50Seconds", s.latencyNs(0.5) / 1e9);
    node.put("latencyP95Seconds", s.latencyNs(0.95) / 1e9);
    node.put("overlap", s.overlap());
    s.joules().ifPresent(j -> node.put("joules", j));
    ArrayNode devices = node.putArray("devices");
    s.devices()
        .forEach(
            (id, use) -> {
              ObjectNode d = devices.addObject();
              d.put("device", id);
              d.put("busySeconds", use.busyNs() / 1e9);
              d.put("idleSeconds", use.idleNs() / 1e9);
              d.put("memoryBytes", use.memoryBytes());
            });
    node.set("placement", placement(p.placement()));
  }

  private static JsonNode placement(dev.tandem.orchestrator.placement.Placement p) {
    try {
      return MAPPER.readTree(PlacementJson.format(p));
    } catch (IOException e) {
      throw new IllegalStateException("placement " + p + " is written as what is no JSON", e);
    }
  }

  static String seconds(double ns) {
    return String.format(Locale.ROOT, ns < 1e9 ? "%.3f s" : "%.2f s", ns / 1e9);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  private static String number(double x) {
    return String.format(Locale.ROOT, x < 10 ? "%.3f" : "%.2f", x);
  }
}
