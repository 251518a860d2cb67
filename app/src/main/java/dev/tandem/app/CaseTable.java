package dev.tandem.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.devices.cases.OpCaseOutcome.Broken;
import dev.tandem.devices.cases.OpCaseOutcome.Compared;
import dev.tandem.devices.cases.OpCaseOutcome.Unsupported;
import dev.tandem.devices.cases.OpCaseResult;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What {@code tandem devices --case} shows: a line a case, device and precision. */
final class CaseTable {
  private static final List<String> HEADER =
      List.of("case", "device", "precision", "error", "bound", "result", "ms", "GFLOP/s", "GB/s");
  private static final String NONE = "-";

  private CaseTable() {}

  static void print(PrintWriter out, List<CaseTrial> trials, boolean json) {
    if (json) {
      ArrayNode all = new ObjectMapper().createArrayNode();
      trials.forEach(t -> put(all.addObject(), t));
      out.println(all.toPrettyString());
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    Set<String> notes = new LinkedHashSet<>();
    for (CaseTrial t : trials) {
      rows.add(row(t));
      switch (t.outcome()) {
        case Unsupported u -> notes.add(t.device() + " in " + t.precision() + ": " + u.reason());
        case Broken b -> notes.add(t.operation() + " on " + t.device() + ": " + b.message());
        case Compared _ -> {}
      }
    }
    Table.print(out, HEADER, rows);
    notes.forEach(n -> out.println(n + "."));
    long failed = trials.stream().filter(t -> t.outcome().failed()).count();
    long computed = trials.stream().filter(t -> !(t.outcome() instanceof Unsupported)).count();
    out.println(failed + " of " + computed + " failed.");
  }

  private static List<String> row(CaseTrial t) {
    List<String> row = new ArrayList<>();
    row.addAll(List.of(t.operation().name(), t.device(), t.precision().toString()));
    switch (t.outcome()) {
      case Unsupported _ -> row.addAll(List.of(NONE, NONE, "unsupported"));
      case Broken _ -> row.addAll(List.of(NONE, NONE, "FAILED"));
      case Compared c ->
          row.addAll(
              List.of(
                  String.format(Locale.ROOT, "%.1e", error(c.result())),
                  String.format(Locale.ROOT, "%.1e", c.result().tolerance()),
                  c.result().passed() ? "pass" : "FAILED"));
    }
    if (t.leastNs().isEmpty()) {
      row.addAll(List.of(NONE, NONE, NONE));
    } else {
      double ms = t.leastNs().getAsLong() / 1e6;
      row.add(String.format(Locale.ROOT, "%.3f", ms));
      row.add(rate(gflops(t)));
      row.add(rate(gigabytes(t)));
    }
    return row;
  }

  /** As given or fused, whichever is worse. */
  private static double error(OpCaseResult r) {
    return Math.max(r.error(), r.fusedError());
  }

  private static double gflops(CaseTrial t) {
    return t.operation().flops() / (double) t.leastNs().orElseThrow();
  }

  /** Of what must be read and written at least. */
  private static double gigabytes(CaseTrial t) {
    return t.operation().bytes() / (double) t.leastNs().orElseThrow();
  }

  private static String rate(double v) {
    return v == 0 ? NONE : String.format(Locale.ROOT, v < 10 ? "%.1f" : "%.0f", v);
  }

  private static void put(ObjectNode n, CaseTrial t) {
    n.put("case", t.operation().name()).put("device", t.device());
    n.put("precision", t.precision().toString());
    switch (t.outcome()) {
      case Unsupported u -> n.put("unsupported", u.reason());
      case Broken b -> n.put("passed", false).put("problem", b.message());
      case Compared c -> {
        n.put("passed", c.result().passed());
        if (Double.isFinite(error(c.result()))) {
          n.put("error", error(c.result()));
        }
        n.put("bound", c.result().tolerance());
      }
    }
    if (t.leastNs().isPresent()) {
      n.put("ms", t.leastNs().getAsLong() / 1e6);
      n.put("gflops", gflops(t)).put("gigabytesPerSecond", gigabytes(t));
    }
  }
}
