package dev.tandem.app;

import dev.tandem.orchestrator.compare.Contestant;
import dev.tandem.orchestrator.compare.Figures;
import dev.tandem.orchestrator.compare.Figures.DeviceFigures;
import dev.tandem.orchestrator.measure.Median;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** A comparison for people: tables, and how figures are written. */
final class CompareText {
  private CompareText() {}

  /** What is expected, before anything runs. */
  static void predictions(PrintWriter err, List<Contestant> contestants) {
    for (Contestant c : contestants) {
      err.printf(
          Locale.ROOT,
          "predicted for %s: %s pictures/s%n",
          c.name(),
          c.predicted().isPresent() ? rate(c.predicted().getAsDouble()) : "nothing,");
    }
    err.flush();
  }

  static void tables(PrintWriter out, List<Figures> all) {
    Table.print(
        out,
        List.of(
            "strategy",
            "pictures/s",
            "spread",
            "p50",
            "p95",
            "overlap",
            "speed-up",
            "bound",
            "of bound",
            "predicted",
            "error",
            "PSNR"),
        all.stream().map(CompareText::row).toList());
    out.println();
    List<List<String>> rows = new ArrayList<>();
    for (Figures f : all) {
      for (DeviceFigures d : f.devices()) {
        rows.add(deviceRow(f, d));
      }
    }
    Table.print(
        out,
        List.of(
            "strategy", "device", "busy", "no input", "back-pressure", "host work", "clock error"),
        rows);
  }

  private static List<String> row(Figures f) {
    return List.of(
        f.contestant().name(),
        rate(f.picturesPerSecond().median()),
        spread(f.picturesPerSecond()),
        seconds(f.p50Ns()),
        seconds(f.p95Ns()),
        percent(f.overlap().median()),
        times(f.speedUp().median()),
        rate(f.bound().median()),
        percent(f.shareOfBound().median()),
        f.predicted().isPresent() ? rate(f.predicted().getAsDouble()) : "-",
        f.error().isPresent() ? signedPercent(f.error().getAsDouble()) : "-",
        psnr(f.psnrDb()));
  }

  private static List<String> deviceRow(Figures f, DeviceFigures d) {
    return List.of(
        f.contestant().name(),
        d.device(),
        percent(d.busy().median()),
        percent(d.input().median()),
        percent(d.backPressure().median()),
        percent(d.host().median()),
        micros(d.errorNs()));
  }

  static String rate(double perSecond) {
    return String.format(Locale.ROOT, perSecond < 10 ? "%.3f" : "%.1f", perSecond);
  }

  static String spread(Median m) {
    return String.format(Locale.ROOT, "±%.1f %%", 100 * m.spread());
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  static String signedPercent(double share) {
    return String.format(Locale.ROOT, "%+.1f %%", 100 * share);
  }

  static String times(double factor) {
    return String.format(Locale.ROOT, "%.2fx", factor);
  }

  static String seconds(long ns) {
    return String.format(Locale.ROOT, "%.2f s", ns / 1e9);
  }

  /** How far off a device's clock is; the host's is not. */
  static String micros(long ns) {
    return ns == 0 ? "clock: host" : String.format(Locale.ROOT, "±%.0f µs", Math.ceil(ns / 1e3));
  }

  static String psnr(OptionalDouble db) {
    if (db.isEmpty()) {
      return "-";
    }
    return Double.isInfinite(db.getAsDouble())
        ? "equal"
        : String.format(Locale.ROOT, "%.0f dB", db.getAsDouble());
  }
}
