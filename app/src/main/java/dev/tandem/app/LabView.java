package dev.tandem.app;

import dev.tandem.lab.Interval;
import dev.tandem.lab.LabReport;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** A lab's report as tables for people. */
final class LabView {
  private LabView() {}

  static void table(PrintWriter out, LabReport report) {
    out.printf(
        Locale.ROOT,
        "%s%d pair%s; 95%% intervals in brackets, * is on the Pareto front%n",
        report.complete() ? "" : "up to ",
        report.pairs().size(),
        report.pairs().size() == 1 ? "" : "s");
    Table.print(
        out,
        List.of("setting", "pairs", "evals", "seconds", "CLIP score", "top-1 %", "CMMD", "PSNR dB"),
        report.rows().stream()
            .map(
                r ->
                    List.of(
                        r.setting().id(),
                        Integer.toString(r.pairs()),
                        Integer.toString(r.evaluations()),
                        r.seconds().text(3),
                        r.score().text(3) + star(r.scoreFront()),
                        percent(r.top1()),
                        String.format(Locale.ROOT, "%.3f", r.cmmd()) + star(r.cmmdFront()),
                        r.psnr().map(p -> p.text(r)).orElse("")))
            .toList());
    if (!report.comparisons().isEmpty()) {
      out.println();
      Table.print(
          out,
          List.of(
              "setting", "against", "pairs", "times faster", "CLIP score", "top-1 %", "verdict"),
          report.comparisons().stream()
              .map(
                  c ->
                      List.of(
                          c.fast().id(),
                          c.slow().id(),
                          Integer.toString(c.pairs()),
                          c.speedUp().text(1),
                          c.score().text(3),
                          percent(c.top1()),
                          c.verdict().toString()))
              .toList());
    }
    if (!report.missing().isEmpty()) {
      out.println("Not drawn yet: " + report.missing());
    }
    if (!report.complete()) {
      out.println("Not complete: the same command goes on where it was.");
    }
  }

  private static String percent(Interval share) {
    return new Interval(100 * share.value(), 100 * share.low(), 100 * share.high()).text(1);
  }

  private static String star(boolean front) {
    return front ? " *" : "";
  }
}
