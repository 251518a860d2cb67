package dev.tandem.app;

import dev.tandem.orchestrator.compare.Comparison;
import dev.tandem.orchestrator.compare.Comparison.Result;
import dev.tandem.orchestrator.compare.Round;
import dev.tandem.orchestrator.measure.Bubble;
import dev.tandem.orchestrator.measure.DeviceUse;
import dev.tandem.orchestrator.measure.RunMetrics;
import java.io.IOException;
import java.io.Writer;
import java.util.Locale;

/** A line for each run and device, for spreadsheets and scripts. */
final class CompareCsv {
  private static final String HEADER =
      "strategy,round,pictures,failed,seconds,pictures_per_second,p50_seconds,p95_seconds,overlap,"
          + "device,busy_share,bubble_input_seconds,bubble_back_pressure_seconds,"
          + "bubble_host_seconds,clock_error_micros\n";

  private CompareCsv() {}

  static void write(Writer out, Comparison comparison) throws IOException {
    out.write(HEADER);
    for (Result result : comparison.results()) {
      int number = 0;
      for (Round round : result.rounds()) {
        number++;
        for (DeviceUse use : round.metrics().devices()) {
          out.write(line(result.contestant().name(), number, round, use));
        }
      }
    }
  }

  private static String line(String strategy, int number, Round round, DeviceUse use) {
    RunMetrics m = round.metrics();
    return String.format(
        Locale.ROOT,
        "%s,%d,%d,%d,%.6f,%.6f,%.6f,%.6f,%.6f,%s,%.6f,%.6f,%.6f,%.6f,%.3f%n",
        quoted(strategy),
        number,
        m.done(),
        round.failed(),
        m.wallNs() / 1e9,
        m.picturesPerSecond(),
        m.latencies().percentileNs(50) / 1e9,
        m.latencies().percentileNs(95) / 1e9,
        m.overlap().ratio(),
        quoted(use.device()),
        m.busyShare(use),
        use.bubbleNs(Bubble.Cause.INPUT) / 1e9,
        use.bubbleNs(Bubble.Cause.BACK_PRESSURE) / 1e9,
        use.bubbleNs(Bubble.Cause.HOST) / 1e9,
        use.errorNs() / 1e3);
  }

  /** As RFC 4180 says. */
  private static String quoted(String text) {
    return text.matches("[^,\"\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
