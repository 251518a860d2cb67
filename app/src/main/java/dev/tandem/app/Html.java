package dev.tandem.app;

/** Builds HTML text; everything but {@link #raw} is escaped. */
final class Html {
  private final StringBuilder text = new StringBuilder();

  Html raw(String html) {
    text.append(html);
    return this;
  }

  Html open(String tag) {
    return raw("<" + tag + ">\n");
  }

  Html close(String tag) {
    return raw("</" + tag + ">\n");
  }

  Html element(String tag, String contents) {
    return raw("<" + tag + ">" + ReportPage.escape(contents) + "</" + tag + ">\n");
  }

  Html cell(String contents) {
    return element("td", contents);
  }

  /** A header row of a table. */
  Html head(String... columns) {
    raw("<thead><tr>");
    for (String c : columns) {
      raw("<th scope=\"col\">" + ReportPage.escape(c) + "</th>");
    }
    return raw("</tr></thead>\n");
  }

  /** An entry of a definition list. */
  Html fact(String name, String value) {
    return element("dt", name).element("dd", value);
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
