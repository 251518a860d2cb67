package dev.tandem.devices;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The TornadoVM that the variable {@code TORNADOVM_HOME} names. It is here and not with its
 * devices, which are only built where there is one, so that it can be said why there are none.
 */
public final class TornadoHome {
  /** Of its devices. */
  static final String SCHEME = "tornado";

  private static final String VARIABLE = "TORNADOVM_HOME";
  private static final String RUNTIME = "tornado.runtime";
  private static final Pattern FOR_JDK = Pattern.compile("tornado-api-(.*-jdk(\\d+))\\.jar");

  private TornadoHome() {}

  /** Whether the variable is set: who has not set it does not miss these devices. */
  public static boolean isNamed() {
    return home().isPresent();
  }

  /** Why this program cannot use TornadoVM, in part of a line; empty if it can. */
  public static Optional<String> problem() {
    return ModuleLayer.boot().findModule(RUNTIME).isPresent()
        ? Optional.empty()
        : Optional.of(problem(home(), Runtime.version().feature()));
  }

  private static Optional<String> home() {
    return Optional.ofNullable(System.getenv(VARIABLE)).filter(h -> !h.isBlank());
  }

  /**
   * Why a program that runs without TornadoVM does.
   *
   * @param jdk version of Java that it runs on
   */
  static String problem(Optional<String> home, int jdk) {
    if (home.isEmpty()) {
      return VARIABLE + " is not set (docs/tornadovm.md)";
    }
    String named = VARIABLE + " names '" + home.get() + "', ";
    try {
      Path folder = Path.of(home.get());
      if (!Files.isDirectory(folder)) {
        return named + "which is no folder";
      }
      Optional<Matcher> api = api(folder);
      if (api.isEmpty()) {
        return named + "which is no TornadoVM: it has no share/java/tornado/tornado-api-*.jar";
      }
      if (Integer.parseInt(api.get().group(2)) != jdk) {
        return named + "TornadoVM " + api.get().group(1) + ", which does not run on JDK " + jdk;
      }
      Path options = folder.resolve("tornado-argfile");
      if (Files.exists(options)) {
        return "Java was started without the options of TornadoVM: java @" + options;
      }
      return Files.exists(folder.resolve("tornado-argfile.template"))
          ? named
              + "which has no tornado-argfile yet: "
              + folder
              + "/bin/tornado --generate-argfile makes it"
          : named + "which has neither a tornado-argfile nor its template";
    } catch (InvalidPathException | IOException e) {
      return named + "which cannot be read: " + e.getMessage();
    }
  }

  private static Optional<Matcher> api(Path folder) throws IOException {
    Path jars = folder.resolve("share/java/tornado");
    if (Files.isDirectory(jars)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(jars, "tornado-api-*.jar")) {
        for (Path jar : all) {
          Matcher m = FOR_JDK.matcher(jar.getFileName().toString());
          if (m.matches()) {
            return Optional.of(m);
          }
        }
      }
    }
    return Optional.empty();
  }
}
