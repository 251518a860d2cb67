package dev.tandem.conformance.golden;

import java.util.Locale;

/**
 * One comparison.
 *
 * @param what was compared, for example {@code sd1-tiny unet.square.output}
 * @param device that computed it; {@link #JAVA} for what needs none
 * @param error infinite if there is no comparable result
 * @param problem why there is none; empty if there is
 */
record Check(String what, String device, double error, double bound, String problem) {
  /** The device of what runs in plain Java. */
  static final String JAVA = "java";

  static Check of(String what, String device, double error, double bound) {
    return new Check(what, device, error, bound, "");
  }

  /** A check that could not be made. */
  static Check failed(String what, String device, String problem) {
    return new Check(what, device, Double.POSITIVE_INFINITY, 0, problem);
  }

  boolean passed() {
    return problem.isEmpty() && error <= bound;
  }

  /** One line: result, error, bound, device, what. */
  @Override
  public String toString() {
    String start = passed() ? "ok  " : "FAIL";
    return problem.isEmpty()
        ? String.format(
            Locale.ROOT,
            "%s  error %-8.2g bound %-8.2g %-10s %s",
            start,
            error,
            bound,
            device,
            what)
        : String.format(Locale.ROOT, "%s  %-10s %s: %s", start, device, what, problem);
  }
}
