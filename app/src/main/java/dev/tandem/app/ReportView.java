package dev.tandem.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.orchestrator.engine.Incident;
import dev.tandem.orchestrator.measure.Bubble;
import dev.tandem.orchestrator.measure.DeviceUse;
import dev.tandem.orchestrator.measure.RunMetrics;
import dev.tandem.orchestrator.result.Evaluations;
import dev.tandem.orchestrator.result.RunReport;
import dev.tandem.orchestrator.timeline.StageSummary;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** A run as a table for people and as JSON for programs. */
final class ReportView {
  private ReportView() {}

  static void table(PrintWriter out, RunReport report) {
    List<List<String>> rows =
        report.stages().stream()
            .map(
                s ->
                    List.of(
                        s.stage(),
                        s.device(),
                        seconds(s.busyNs()),
                        seconds(s.waitNs()),
                        seconds(s.blockedNs())))
            .toList();
    Table.print(out, List.of("stage", "device", "busy", "wait", "blocked"), rows);
    out.printf(
        Locale.ROOT,
        "%d picture%s in %s: %.2f pictures/s, overlap %.0f %%%s%s%n",
        report.done(),
        report.done() == 1 ? "" : "s",
        seconds(report.wallNs()),
        report.picturesPerSecond(),
        100 * report.overlap().ratio(),
        report.failed() == 0 ? "" : ", " + report.failed() + " failed",
        report.cancelled() == 0 ? "" : ", " + report.cancelled() + " cancelled");
    Evaluations evaluations = report.evaluations();
    if (evaluations.shallow() > 0) {
      out.printf(
          Locale.ROOT,
          "%d evaluations of the U-Net, %d of them shallow%n",
          evaluations.full() + evaluations.shallow(),
          evaluations.shallow());
    }
    report.incidents().first().forEach(out::println);
    int more = report.incidents().count() - report.incidents().first().size();
    if (more > 0) {
      out.println("and " + more + " more incidents");
    }
  }

  /** All but the pictures, which {@link JsonReport} writes one by one. */
  static ObjectNode json(RunReport report) {
    ObjectNode root = new ObjectMapper().createObjectNode();
    ArrayNode stages = root.putArray("stages");
    for (StageSummary s : report.stages()) {
      ObjectNode row = stages.addObject();
      row.put("stage", s.stage());
      row.put("device", s.device());
      row.put("busySeconds", s.busyNs() / 1e9);
      row.put("waitSeconds", s.waitNs() / 1e9);
      row.put("blockedSeconds", s.blockedNs() / 1e9);
    }
    RunMetrics metrics = report.metrics();
    ArrayNode devices = root.putArray("devices");
    metrics.devices().forEach(use -> device(devices.addObject(), metrics, use));
    root.put("latencyP50Seconds", metrics.latencies().percentileNs(50) / 1e9);
    root.put("latencyP95Seconds", metrics.latencies().percentileNs(95) / 1e9);
    ArrayNode incidents = root.putArray("incidents");
    for (Incident i : report.incidents().first()) {
      ObjectNode row = incidents.addObject();
      row.put("kind", i.kind().name().toLowerCase(Locale.ROOT));
      row.put("stage", i.stage());
      row.put("device", i.device());
      row.put("picture", i.picture());
      row.put("step", i.step());
      i.movedTo().ifPresent(d -> row.put("movedTo", d));
      row.put("message", i.message());
    }
    root.put("incidentCount", report.incidents().count());
    ObjectNode evaluations = root.putObject("evaluations");
    evaluations.put("full", report.evaluations().full());
    evaluations.put("shallow", report.evaluations().shallow());
    root.put("done", report.done());
    root.put("failed", report.failed());
    root.put("cancelled", report.cancelled());
    report.brokenBy().ifPresent(e -> root.put("error", Main.message(e)));
    root.put("seconds", report.wallNs() / 1e9);
    root.put("picturesPerSecond", report.picturesPerSecond());
    root.put("overlap", report.overlap().ratio());
    return root;
  }

  /** The figures of one device. */
  static void device(ObjectNode row, RunMetrics metrics, DeviceUse use) {
    row.put("device", use.device());
    row.put("busySeconds", use.busyNs() / 1e9);
    row.put("busyShare", metrics.busyShare(use));
    row.put("transferSeconds", use.transferNs() / 1e9);
    ObjectNode bubbles = row.putObject("bubbleSeconds");
    bubbles.put("input", use.bubbleNs(Bubble.Cause.INPUT) / 1e9);
    bubbles.put("backPressure", use.bubbleNs(Bubble.Cause.BACK_PRESSURE) / 1e9);
    bubbles.put("host", use.bubbleNs(Bubble.Cause.HOST) / 1e9);
    row.put("clock", use.clock().toString());
    row.put("clockErrorMicros", use.errorNs() / 1e3);
  }

  private static String seconds(long ns) {
    return String.format(Locale.ROOT, "%.2f s", ns / 1e9);
  }
}
