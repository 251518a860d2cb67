package dev.tandem.kernels.cpu;

import dev.tandem.devices.DeviceException;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;
import java.util.jar.JarEntry;

/**
 * The native libraries inside bytedeco's {@code dnnl} jar. The system loader reads files only, so
 * they are written once into the user's cache folder, in a folder named by the content's checksum.
 */
final class NativeLibraries {
  private NativeLibraries() {}

  /** Names of the libraries for one platform; {@code openMp} is empty where the system has it. */
  record Platform(String folder, String oneDnn, Optional<String> openMp) {

    /**
     * The platform this program runs on.
     *
     * @throws DeviceException if bytedeco has no library for it
     */
    static Platform current() {
      return of(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    static Platform of(String os, String arch) {
      String o = os.toLowerCase(Locale.ROOT);
      boolean arm = arch.equals("aarch64") || arch.equals("arm64");
      boolean intel = arch.equals("amd64") || arch.equals("x86_64");
      if (o.startsWith("linux") && (arm || intel)) {
        return new Platform(
            arm ? "linux-arm64" : "linux-x86_64", "libdnnl.so.3", Optional.of("libgomp.so.1"));
      }
      if (o.startsWith("mac") && (arm || intel)) {
        return arm
            ? new Platform("macosx-arm64", "libdnnl.3.dylib", Optional.of("libomp.dylib"))
            : new Platform("macosx-x86_64", "libdnnl.3.dylib", Optional.of("libiomp5.dylib"));
      }
      if (o.startsWith("windows") && intel) {
        return new Platform("windows-x86_64", "dnnl.dll", Optional.empty());
      }
      throw new DeviceException(
          "the oneDNN device has no library for " + os + " on " + arch + "; use another device");
    }

    Optional<URL> resource(String library) {
      return Optional.ofNullable(
          NativeLibraries.class
              .getClassLoader()
              .getResource("org/bytedeco/dnnl/" + folder + "/" + library));
    }
  }

  /**
   * A library as a file that the system loader can read.
   *
   * @throws DeviceException if the jar lacks it or it cannot be written
   */
  static Path file(Platform platform, String library) {
    URL url =
        platform
            .resource(library)
            .orElseThrow(
                () ->
                    new DeviceException(
                        library
                            + " for "
                            + platform.folder()
                            + " is not on the class path; add org.bytedeco:dnnl with classifier "
                            + platform.folder()));
    try {
      if (url.getProtocol().equals("file")) {
        return Path.of(URI.create(url.toString()));
      }
      return extract(url, library);
    } catch (IOException e) {
      throw new DeviceException("cannot unpack " + library + " into " + cache() + ": " + e, e);
    }
  }

  private static Path extract(URL url, String library) throws IOException {
    URLConnection connection = url.openConnection();
    JarEntry entry = ((JarURLConnection) connection).getJarEntry();
    Path folder = cache().resolve(String.format(Locale.ROOT, "onednn-%08x", oneDnnChecksum(url)));
    Path file = folder.resolve(library);
    if (Files.exists(file) && Files.size(file) == entry.getSize()) {
      return file;
    }
    Files.createDirectories(folder);
    Path partial = Files.createTempFile(folder, library, ".part");
    try (InputStream in = connection.getInputStream()) {
      Files.copy(in, partial, StandardCopyOption.REPLACE_EXISTING);
      try {
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(partial);
    }
    return file;
  }

  /** All libraries of one jar go into one folder, for they find each other there. */
  private static long oneDnnChecksum(URL url) throws IOException {
    String library = Platform.current().oneDnn();
    String sibling = url.toString().replaceFirst("[^/]+$", library);
    return ((JarURLConnection) URI.create(sibling).toURL().openConnection()).getJarEntry().getCrc();
  }

  private static Path cache() {
    String home = System.getProperty("user.home");
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    Path base =
        Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
            .filter(s -> !s.isBlank())
            .or(() -> Optional.ofNullable(System.getenv("LOCALAPPDATA")))
            .map(Path::of)
            .orElse(Path.of(home, os.startsWith("mac") ? "Library/Caches" : ".cache"));
    return base.resolve("tandem");
  }
}
