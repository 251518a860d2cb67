package dev.tandem.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** Pages opened in headless Chromium, which must be installed. */
final class Browser {
  private static final String FLAGS =
      " --headless --no-sandbox --disable-gpu --disable-quic --no-first-run"
          + " --disable-background-networking --disable-component-update --disable-sync"
          + " --enable-logging=stderr --virtual-time-budget=5000 --window-size=1300,1600";

  private Browser() {}

  /**
   * A page after its scripts ran.
   *
   * @param dom its elements as HTML
   * @param complaints what it wrote to the console, uncaught errors included
   */
  record Page(String dom, List<String> complaints) {
    /** How often a pattern occurs among the elements. */
    List<String> find(String regex) {
      return Pattern.compile(regex, Pattern.DOTALL)
          .matcher(dom)
          .results()
          .map(m -> m.groupCount() > 0 ? m.group(1) : m.group())
          .toList();
    }
  }

  static Page open(Path file, Path profile) {
    Shell.Result r =
        Shell.run(
            "$(command -v chromium || command -v chromium-browser || command -v google-chrome)"
                + FLAGS
                + " --user-data-dir="
                + profile
                + " --dump-dom file://"
                + file);
    assertThat(r.exitCode()).as("Chromium must be installed (./test does it): " + r.err()).isZero();
    List<String> complaints = r.err().lines().filter(l -> l.contains("CONSOLE")).toList();
    return new Page(r.out(), complaints);
  }
}
