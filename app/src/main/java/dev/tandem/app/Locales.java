package dev.tandem.app;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The locale's charset, in which the system hands over arguments and names of files. Where it is
 * not UTF-8 (containers, cron, systemd), Java turns every letter that it lacks into U+FFFD; the
 * launcher therefore sets a locale with UTF-8 where there is one.
 */
final class Locales {
  static final String ADVICE =
      "the locale's charset " + charset() + " lacks some of its letters; set LC_ALL=C.UTF-8";

  private static final String LOST = "\uFFFD";

  private Locales() {}

  private static String charset() {
    return System.getProperty("sun.jnu.encoding", "UTF-8");
  }

  static boolean isUtf8() {
    return charset().equalsIgnoreCase(StandardCharsets.UTF_8.name());
  }

  /** What to tell the user if an argument is not what was typed: it would draw another picture. */
  static Optional<String> lost(String... arguments) {
    return isUtf8()
        ? Optional.empty()
        : Stream.of(arguments)
            .filter(a -> a.contains(LOST))
            .findFirst()
            .map(a -> "the argument '" + a + "' cannot be read: " + ADVICE);
  }
}
