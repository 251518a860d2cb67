package dev.tandem.devices.files;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The folders of the user, by the XDG Base Directory Specification. */
public final class UserHome {
  private UserHome() {}

  /** {@code HOME}, else what the system knows of the user; nothing if neither is a path. */
  public static Optional<Path> folder(Map<String, String> environment) {
    String home = environment.getOrDefault("HOME", "");
    String text = home.isBlank() ? System.getProperty("user.home", "") : home;
    return Optional.of(Path.of(text)).filter(Path::isAbsolute);
  }

  /** A variable that names a folder; a relative path is to be ignored. */
  public static Optional<Path> named(Map<String, String> environment, String variable) {
    return Optional.ofNullable(environment.get(variable))
        .filter(s -> !s.isBlank())
        .map(Path::of)
        .filter(Path::isAbsolute);
  }
}
