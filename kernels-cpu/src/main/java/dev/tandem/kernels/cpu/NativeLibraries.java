package dev.tandem.kernels.cpu;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.files.CacheFolder;
import dev.tandem.devices.files.FileReason;
import dev.tandem.devices.files.FileWriteException;
import dev.tandem.devices.files.WholeFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.zip.CRC32;

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
      return unpacked(url, library, CacheFolder.ofThisProcess());
    } catch (IOException e) {
      throw new DeviceException("cannot unpack " + library + ": " + FileReason.of(e), e);
    } catch (FileWriteException e) {
      throw new DeviceException("cannot unpack " + library + ": " + e.getMessage(), e);
    }
  }

  /** The file in the cache, made where there is none that is whole. */
  static Path unpacked(URL url, String library, CacheFolder cache) throws IOException {
    JarURLConnection connection = (JarURLConnection) url.openConnection();
    JarEntry entry = connection.getJarEntry();
    Path name = Path.of(String.format("onednn-%08x", oneDnnChecksum(url)), library);
    for (Path folder : cache.usual()) {
      Path file = folder.resolve(name);
      if (isWhole(file, entry)) {
        return file;
      }
    }
    Path file = cache.writable().resolve(name);
    if (!isWhole(file, entry)) {
      try (InputStream in = connection.getInputStream();
          WholeFile out = WholeFile.open(file)) {
        in.transferTo(out.stream());
        out.commit();
      }
    }
    return file;
  }

  /** By content: a crash can leave blocks of zeros in a file of the right size. */
  private static boolean isWhole(Path file, JarEntry entry) {
    try (FileChannel channel = FileChannel.open(file)) {
      if (channel.size() != entry.getSize()) {
        return false;
      }
      CRC32 sum = new CRC32();
      sum.update(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
      return sum.getValue() == entry.getCrc();
    } catch (IOException e) {
      return false; // not there or not readable: as good as none
    }
  }

  /** All libraries of one jar go into one folder, for they find each other there. */
  private static long oneDnnChecksum(URL url) throws IOException {
    String library = Platform.current().oneDnn();
    String sibling = url.toString().replaceFirst("[^/]+$", library);
    return ((JarURLConnection) URI.create(sibling).toURL().openConnection()).getJarEntry().getCrc();
  }
}
