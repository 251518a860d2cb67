package dev.tandem.kernels.tornado;

import java.util.regex.Pattern;

/** What TornadoVM says when it fails, in one line. */
final class Failures {
  private static final Pattern COLOUR = Pattern.compile("\u001B\\[[0-9;]*m");
  private static final String STACK = "Stacktrace:";
  private static final int MOST = 400;

  private Failures() {}

  /** The message of a failure and of what caused it. */
  static String text(Throwable e) {
    StringBuilder all = new StringBuilder();
    Throwable t = e;
    for (int depth = 0; t != null && depth < 4; depth++) {
      String said = t.getMessage() == null ? t.getClass().getSimpleName() : t.getMessage();
      String line = line(said);
      if (all.indexOf(line) < 0) {
        all.append(all.isEmpty() ? "" : ": ").append(line);
      }
      t = t.getCause();
    }
    return all.length() <= MOST ? all.toString() : all.substring(0, MOST) + "...";
  }

  private static String line(String said) {
    String plain = COLOUR.matcher(said).replaceAll("");
    int stack = plain.indexOf(STACK);
    return (stack < 0 ? plain : plain.substring(0, stack)).strip().replaceAll("\\s+", " ");
  }
}
