package dev.tandem.devices.json;

/** A JSON file that cannot be used; the message is {@code file:line: field: reason}. */
public final class JsonFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String field;
  private final int line;

  /**
   * A problem in a file.
   *
   * @param line counted from 1, or 0 if the file as a whole is meant
   * @param field for example {@code devices[0].peak.gflops}; empty for the whole file
   */
  public JsonFileException(String file, int line, String field, String reason, Throwable cause) {
    super(
        file + (line > 0 ? ":" + line : "") + ": " + (field.isEmpty() ? "" : field + ": ") + reason,
        cause);
    this.field = field;
    this.line = line;
  }

  public String field() {
    return field;
  }

  public int line() {
    return line;
  }
}
