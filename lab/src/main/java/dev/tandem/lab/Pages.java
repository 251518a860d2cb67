package dev.tandem.lab;

import dev.tandem.orchestrator.html.Html;
import java.util.List;

/** What the lab's pages have in common. */
final class Pages {
  private Pages() {}

  static String resource(String name) {
    return Html.resource(Pages.class, name);
  }

  /** Which colour is which group; to be continued and closed by the caller. */
  static Html legend(List<String> groups) {
    Html h = new Html();
    for (int i = 0; i < groups.size(); i++) {
      h.raw("<span class=\"c" + i % CurveSvg.COLOURS + "\"><i></i>");
      h.text(groups.get(i)).raw("</span>");
    }
    return h;
  }

  static String table(LabTables.Text table) {
    return table(table, table.rows().stream().map(r -> "").toList());
  }

  /**
   * A table.
   *
   * @param attributes of each row, as HTML with a space before
   */
  static String table(LabTables.Text table, List<String> attributes) {
    Html h = new Html().raw("<div class=\"wide\"><table>").head(table.header()).raw("<tbody>");
    for (int row = 0; row < table.rows().size(); row++) {
      h.raw("<tr" + attributes.get(row) + ">");
      for (int i = 0; i < table.header().size(); i++) {
        h.cell(table.header().get(i), table.rows().get(row).get(i));
      }
      h.raw("</tr>");
    }
    return h.raw("</tbody></table></div>").toString();
  }
}
