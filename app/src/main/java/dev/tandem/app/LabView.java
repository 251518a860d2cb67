package dev.tandem.app;

import dev.tandem.lab.LabReport;
import dev.tandem.lab.LabTables;
import java.io.PrintWriter;
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
    print(out, LabTables.settings(report));
    part(out, LabTables.forms(report));
    part(out, LabTables.sameTime(report));
    part(out, LabTables.comparisons(report));
    if (!report.missing().isEmpty()) {
      out.println("Not drawn yet: " + report.missing());
    }
    if (!report.complete()) {
      out.println("Not complete: the same command goes on where it was.");
    }
  }

  /** What not every report has. */
  private static void part(PrintWriter out, LabTables.Text table) {
    if (!table.rows().isEmpty()) {
      out.println();
      print(out, table);
    }
  }

  private static void print(PrintWriter out, LabTables.Text table) {
    Table.print(out, table.header(), table.rows());
  }
}
