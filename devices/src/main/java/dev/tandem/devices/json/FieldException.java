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

  /** Refuses what is not a finite number above 0. */
  public static double positive(String field, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new FieldException(field, "must be above 0, got " + value);
    }
    return value;
  }

  /** Refuses what is not a finite number of at least {@code min}. */
  public static double atLeast(String field, double min, double value) {
    if (!(value >= min) || Double.isInfinite(value)) {
      throw new FieldException(field, "must be at least " + min + ", got " + value);
    }
    return value;
  }

  /** Refuses a whole number below {@code min}. */
  public static long atLeast(String field, long min, long value) {
    if (value < min) {
      throw new FieldException(field, "must be at least " + min + ", got " + value);
    }
    return value;
  }
}
