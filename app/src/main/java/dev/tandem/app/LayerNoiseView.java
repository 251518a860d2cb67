package dev.tandem.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.orchestrator.quantize.LayerNoise;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/** What quantisation costs each layer, for people and for programs. */
final class LayerNoiseView {
  private LayerNoiseView() {}

  /** In the order of the network, and the worst and the median at the end; dB. */
  static void table(PrintWriter out, List<LayerNoise> layers) {
    List<List<String>> rows =
        layers.stream()
            .map(l -> List.of(l.layer(), text(l.weightsDb()), text(l.inputDb())))
            .toList();
    Table.print(out, List.of("signal to quantisation noise, dB", "weights", "input"), rows);
    out.println(summary("weights", layers.stream().mapToDouble(LayerNoise::weightsDb)));
    if (layers.stream().anyMatch(l -> l.inputDb().isPresent())) {
      out.println(summary("input", layers.stream().flatMapToDouble(l -> l.inputDb().stream())));
    }
  }

  private static String summary(String what, DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    return String.format(
        Locale.ROOT,
        "%s: worst %s dB, median %s dB",
        what,
        text(sorted[0]),
        text(sorted[sorted.length / 2]));
  }

  private static String text(OptionalDouble db) {
    return db.isPresent() ? text(db.getAsDouble()) : "-";
  }

  private static String text(double db) {
    return Double.isInfinite(db) ? "exact" : String.format(Locale.ROOT, "%.1f", db);
  }

  /** Ratios that are infinite, because nothing was lost, are left out. */
  static ObjectNode json(Path output, List<LayerNoise> layers) {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("output", output.toString());
    var list = root.putArray("layers");
    for (LayerNoise l : layers) {
      ObjectNode row = list.addObject();
      row.put("layer", l.layer());
      put(row, "weightsDb", l.weightsDb());
      l.inputDb().ifPresent(db -> put(row, "inputDb", db));
    }
    return root;
  }

  private static void put(ObjectNode row, String key, double db) {
    if (Double.isFinite(db)) {
      row.put(key, db);
    }
  }
}
