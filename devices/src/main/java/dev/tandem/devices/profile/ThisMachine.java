package dev.tandem.devices.profile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The machine that runs this program, as far as it is known without measuring. */
public final class ThisMachine {
  private ThisMachine() {}

  /** Its processor, memory and operating system. */
  public static Machine describe() {
    String arch = System.getProperty("os.arch");
    return new Machine(
        field("/proc/cpuinfo", "model name").orElse(arch + " processor"),
        Runtime.getRuntime().availableProcessors(),
        field("/proc/meminfo", "MemTotal")
            .map(v -> Long.parseLong(v.replaceAll("\\D", "")) << 10)
            .orElseGet(Runtime.getRuntime()::maxMemory),
        System.getProperty("os.name") + " " + System.getProperty("os.version") + " " + arch);
  }

  private static Optional<String> field(String file, String key) {
    try {
      return Files.readAllLines(Path.of(file)).stream()
          .filter(l -> l.startsWith(key))
          .map(l -> l.substring(l.indexOf(':') + 1).strip())
          .filter(v -> !v.isBlank())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty(); // not Linux
    }
  }
}
