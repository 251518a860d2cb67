package dev.tandem.app;

import java.io.PrintWriter;
import java.util.List;

/** Prints columns that line up. */
final class Table {
  private Table() {}

  static void print(PrintWriter out, List<String> header, List<List<String>> rows) {
    int[] widths = new int[header.size()];
    for (int c = 0; c < widths.length; c++) {
      widths[c] = header.get(c).length();
      for (List<String> row : rows) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
    }
    line(out, header, widths);
    rows.forEach(r -> line(out, r, widths));
  }

  private static void line(PrintWriter out, List<String> cells, int[] widths) {
    StringBuilder s = new StringBuilder();
    for (int c = 0; c < widths.length; c++) {
      String cell = cells.get(c);
      s.append(c == 0 ? "" : "  ").append(cell).append(" ".repeat(widths[c] - cell.length()));
    }
    out.println(s.toString().stripTrailing());
  }
}
