package dev.tandem.devices.json;

/** A value that a record refuses: the constructor names the field, the reader adds where it is. */
public final class FieldException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String field;

  /**
   * A refusal.
   *
   * @param field of the record, as the file spells it; empty for the record as a whole
   * @param reason what is wrong, with the value
   */
  public FieldException(String field, String reason) {
    super(field.isEmpty() ? reason : field + ' ' + reason);
    this.field = field;
  }

  public String field() {
    return field;
  }

  /** Refuses an empty text. */
  public static String notBlank(String field, String value) {
    if (value == null || value.isBlank()) {
      throw new FieldException(field, "must not be empty");
    }
    return value;
  }
}
