package dev.tandem.app;

import java.nio.file.Path;

/** Where Tandem's own files are. */
final class Home {
  private Home() {}

  /** The folder that the launcher names, else the current one. */
  static Path folder() {
    return Path.of(System.getProperty("tandem.home", "."));
  }
}
