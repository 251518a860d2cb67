package dev.tandem.kernels.cpu;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceInfo;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/** What is known of the processor without loading anything. */
final class Cpu {
  private Cpu() {}

  static DeviceInfo info(String id, int threads) {
    return new DeviceInfo(id, name(), DeviceInfo.Type.CPU, threads, memoryBytes(), driver());
  }

  /** Whether the class path has oneDNN for this platform. */
  static boolean hasLibrary() {
    try {
      NativeLibraries.Platform p = NativeLibraries.Platform.current();
      return p.resource(p.oneDnn()).isPresent();
    } catch (DeviceException e) {
      return false; // no such platform: there is no device to list
    }
  }

  private static String name() {
    return field("/proc/cpuinfo", "model name")
        .orElse(System.getProperty("os.arch") + " processor");
  }

  private static long memoryBytes() {
    return field("/proc/meminfo", "MemTotal")
        .map(v -> Long.parseLong(v.replaceAll("\\D", "")) << 10)
        .orElseGet(Runtime.getRuntime()::maxMemory);
  }

  private static Optional<String> field(String file, String key) {
    Path path = Path.of(file);
    if (!Files.isReadable(path)) {
      return Optional.empty();
    }
    try {
      List<String> lines = Files.readAllLines(path);
      return lines.stream()
          .filter(l -> l.startsWith(key))
          .map(l -> l.substring(l.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String driver() {
    Properties p = new Properties();
    try (InputStream in =
        Cpu.class.getResourceAsStream("/META-INF/maven/org.bytedeco/dnnl/pom.properties")) {
      if (in != null) {
        p.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "oneDNN " + p.getProperty("version", "unknown").replaceFirst("-.*", "");
  }
}
