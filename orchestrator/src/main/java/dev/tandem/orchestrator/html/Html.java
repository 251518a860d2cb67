package dev.tandem.orchestrator.html;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** Builds HTML text; everything but {@link #raw} is escaped. One thread at a time. */
public final class Html {
  private final StringBuilder text = new StringBuilder();

  /** Text as it is to stand between tags or in an attribute between double quotes. */
  public static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /**
   * A file that belongs to the program.
   *
   * @param owner in whose package it lies
   * @throws IllegalStateException if it is not there
   */
  public static String resource(Class<?> owner, String name) {
    try (InputStream in = owner.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing from the program");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A picture that is part of the page, as the address of an {@code img}. */
  public static String address(byte[] png) {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
  }

  public Html raw(String html) {
    text.append(html);
    return this;
  }

  /** Text between whatever tags are open. */
  public Html text(String contents) {
    return raw(escape(contents));
  }

  public Html open(String tag) {
    return raw("<" + tag + ">\n");
  }

  public Html close(String tag) {
    return raw("</" + tag + ">\n");
  }

  public Html element(String tag, String contents) {
    return raw("<" + tag + ">").text(contents).raw("</" + tag + ">\n");
  }

  /** A paragraph that others may pass over. */
  public Html quiet(String contents) {
    return raw("<p class=\"quiet\">").text(contents).raw("</p>\n");
  }

  public Html cell(String contents) {
    return element("td", contents);
  }

  /** A cell that names its column, for where there is no room for a head. */
  public Html cell(String column, String contents) {
    return raw("<td data-name=\"").text(column).raw("\">").text(contents).raw("</td>");
  }

  /** The head of a table. */
  public Html head(List<String> columns) {
    raw("<thead><tr>");
    for (String c : columns) {
      raw("<th scope=\"col\">").text(c).raw("</th>");
    }
    return raw("</tr></thead>\n");
  }

  /** An entry of a definition list. */
  public Html fact(String name, String value) {
    return element("dt", name).element("dd", value);
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
