package dev.tandem.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.devices.cases.OpCaseOutcome.Unsupported;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What {@code tandem devices --matrix} shows: an operation a row, a device's precision a column.
 */
record SupportMatrix(Map<String, Map<Column, List<CaseTrial>>> rows) {
  private static final String SEVERAL = "several in a row";

  private record Column(String device, String precision) {
    @Override
    public String toString() {
      return device + " " + precision;
    }
  }

  static SupportMatrix of(List<CaseTrial> trials) {
    Map<String, Map<Column, List<CaseTrial>>> rows = new LinkedHashMap<>();
    for (CaseTrial t : trials) {
      rows.computeIfAbsent(t.operation().operation().orElse(SEVERAL), _ -> new LinkedHashMap<>())
          .computeIfAbsent(new Column(t.device(), t.precision().toString()), _ -> new ArrayList<>())
          .add(t);
    }
    return new SupportMatrix(rows);
  }

  void print(PrintWriter out, boolean json) {
    if (json) {
      printJson(out);
    } else {
      printTable(out);
    }
  }

  private void printTable(PrintWriter out) {
    Set<Column> columns = new LinkedHashSet<>();
    rows.values().forEach(r -> columns.addAll(r.keySet()));
    List<String> header = new ArrayList<>(List.of("operation"));
    columns.forEach(c -> header.add(c.toString()));
    List<String> reasons = new ArrayList<>();
    List<List<String>> lines = new ArrayList<>();
    rows.forEach(
        (operation, cells) -> {
          List<String> line = new ArrayList<>(List.of(operation));
          columns.forEach(c -> line.add(cell(cells.getOrDefault(c, List.of()), reasons)));
          lines.add(line);
        });
    Table.print(out, header, lines);
    for (int i = 0; i < reasons.size(); i++) {
      out.println("(" + (i + 1) + ") " + reasons.get(i) + ".");
    }
  }

  /** A reason is told once, below the table, and has a number in it. */
  private static String cell(List<CaseTrial> trials, List<String> reasons) {
    if (trials.isEmpty()) {
      return "-";
    }
    long failed = trials.stream().filter(t -> t.outcome().failed()).count();
    if (failed > 0) {
      return failed + " of " + trials.size() + " failed";
    }
    List<String> why = unsupported(trials);
    if (why.isEmpty()) {
      return "yes";
    }
    if (!reasons.contains(why.getFirst())) {
      reasons.add(why.getFirst());
    }
    String no = why.size() == trials.size() ? "no" : why.size() + " of " + trials.size() + " not";
    return no + " (" + (reasons.indexOf(why.getFirst()) + 1) + ")";
  }

  private static List<String> unsupported(List<CaseTrial> trials) {
    return trials.stream()
        .filter(t -> t.outcome() instanceof Unsupported)
        .map(t -> ((Unsupported) t.outcome()).reason())
        .toList();
  }

  private void printJson(PrintWriter out) {
    ArrayNode all = new ObjectMapper().createArrayNode();
    rows.forEach(
        (operation, cells) ->
            cells.forEach(
                (column, trials) -> {
                  ObjectNode n = all.addObject();
                  n.put("operation", operation).put("device", column.device());
                  n.put("precision", column.precision()).put("cases", trials.size());
                  n.put("failed", trials.stream().filter(t -> t.outcome().failed()).count());
                  List<String> why = unsupported(trials);
                  n.put("unsupported", why.size());
                  why.stream().findFirst().ifPresent(w -> n.put("reason", w));
                }));
    out.println(all.toPrettyString());
  }
}
