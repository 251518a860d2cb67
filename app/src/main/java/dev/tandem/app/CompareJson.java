package dev.tandem.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.orchestrator.compare.Comparison;
import dev.tandem.orchestrator.compare.Contestant;
import dev.tandem.orchestrator.compare.Figures;
import dev.tandem.orchestrator.compare.Figures.DeviceFigures;
import dev.tandem.orchestrator.measure.Median;
import dev.tandem.orchestrator.placement.PlacementJson;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** A comparison for programs. What was expected is in it before anything runs. */
final class CompareJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private final ObjectNode root = MAPPER.createObjectNode();

  private CompareJson() {}

  /** The facts and the predictions. */
  static CompareJson before(RunFacts facts, List<Contestant> contestants) {
    CompareJson json = new CompareJson();
    json.root.put("format", "tandem-compare-1");
    json.root.put("command", facts.command());
    json.root.set("machine", facts.machine());
    json.root.set("job", facts.job());
    ObjectNode predictions = json.root.putObject("predictions");
    predictions.put("written", Instant.now().toString());
    ArrayNode list = predictions.putArray("strategies");
    for (Contestant c : contestants) {
      ObjectNode node = list.addObject();
      node.put("strategy", c.name());
      c.predicted().ifPresent(p -> node.put("picturesPerSecond", p));
      node.set("placement", tree(PlacementJson.format(c.placement())));
    }
    return json;
  }

  private static JsonNode tree(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a placement was written as bad JSON: " + json, e);
    }
  }

  /** The first run starts now. */
  void start() {
    root.put("started", Instant.now().toString());
  }

  ObjectNode root() {
    return root;
  }

  /** Adds what was measured. */
  void after(Comparison comparison) {
    ArrayNode solo = root.putArray("soloMillis");
    comparison
        .solo()
        .forEach(
            round -> {
              ObjectNode node = solo.addObject();
              round
                  .times()
                  .forEach(
                      (device, costs) -> {
                        ObjectNode of = node.putObject(device);
                        costs.forEach(
                            (work, ns) -> of.put(work.name().toLowerCase(Locale.ROOT), ns / 1e6));
                      });
            });
    ArrayNode list = root.putArray("strategies");
    comparison.figures().forEach(f -> strategy(list.addObject(), f));
  }

  private static void strategy(ObjectNode node, Figures f) {
    node.put("strategy", f.contestant().name());
    node.put("description", f.contestant().description());
    median(node, "picturesPerSecond", f.picturesPerSecond());
    node.put("latencyP50Seconds", f.p50Ns() / 1e9);
    node.put("latencyP95Seconds", f.p95Ns() / 1e9);
    median(node, "overlap", f.overlap());
    median(node, "speedUp", f.speedUp());
    median(node, "stepSpeedUp", f.stepSpeedUp());
    median(node, "boundPicturesPerSecond", f.bound());
    median(node, "shareOfBound", f.shareOfBound());
    f.predicted().ifPresent(p -> node.put("predictedPicturesPerSecond", p));
    f.error().ifPresent(e -> node.put("predictionError", e));
    node.put("picturesEqual", f.psnrDb().orElse(0) == Double.POSITIVE_INFINITY);
    f.psnrDb()
        .ifPresent(
            db -> {
              if (!Double.isInfinite(db)) {
                node.put("psnrDb", db);
              }
            });
    node.put("failed", f.failed());
    f.failures().forEach(node.putArray("failures")::add);
    ArrayNode devices = node.putArray("devices");
    for (DeviceFigures d : f.devices()) {
      ObjectNode row = devices.addObject();
      row.put("device", d.device());
      median(row, "busyShare", d.busy());
      median(row, "bubbleInputShare", d.input());
      median(row, "bubbleBackPressureShare", d.backPressure());
      median(row, "bubbleHostShare", d.host());
      row.put("clock", d.clock().toString());
      row.put("clockErrorMicros", d.errorNs() / 1e3);
    }
  }

  private static void median(ObjectNode node, String name, Median m) {
    ObjectNode of = node.putObject(name);
    of.put("median", m.median());
    of.put("least", m.least());
    of.put("most", m.most());
  }
}
