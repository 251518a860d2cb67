package dev.tandem.planning.calibrate;

import dev.tandem.devices.profile.Machine;
import dev.tandem.devices.profile.PowerState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * What Linux tells of power, heat and the processor; on other systems, nothing.
 *
 * @param root of the file system: {@code /}, or a copy for tests
 */
record SystemSensors(Path root) {

  /** Mains if a mains supply is online or there is no battery to drain, as far as is known. */
  PowerState.Source source() {
    boolean battery = false;
    for (Path supply : folders("sys/class/power_supply")) {
      String type = text(supply.resolve("type")).orElse("");
      if (type.equals("Mains") && text(supply.resolve("online")).orElse("").equals("1")) {
        return PowerState.Source.MAINS;
      }
      if (type.equals("Battery")) {
        battery |= text(supply.resolve("status")).orElse("").equals("Discharging");
      }
    }
    return battery ? PowerState.Source.BATTERY : PowerState.Source.UNKNOWN;
  }

  /** How often cores were slowed down for their temperature since the start of the system. */
  long throttleCount() {
    long sum = 0;
    for (Path cpu : folders("sys/devices/system/cpu")) {
      sum +=
          text(cpu.resolve("thermal_throttle").resolve("core_throttle_count"))
              .map(Long::parseLong)
              .orElse(0L);
    }
    return sum;
  }

  /** Energy that the processor packages have used, joules, where the system lets it be read. */
  OptionalDouble joules() {
    double sum = 0;
    boolean known = false;
    for (Path zone : folders("sys/class/powercap")) {
      if (text(zone.resolve("name")).orElse("").startsWith("package")) {
        Optional<String> micros = text(zone.resolve("energy_uj"));
        known |= micros.isPresent();
        sum += micros.map(Double::parseDouble).orElse(0.0) / 1e6;
      }
    }
    return known ? OptionalDouble.of(sum) : OptionalDouble.empty();
  }

  /** The machine as the system describes it. */
  Machine machine() {
    String architecture = System.getProperty("os.arch");
    String cpu = field("proc/cpuinfo", "model name").orElse(architecture + " processor");
    long memory =
        field("proc/meminfo", "MemTotal")
            .map(v -> Long.parseLong(v.replaceAll("\\D", "")) << 10)
            .orElseGet(Runtime.getRuntime()::maxMemory);
    return new Machine(
        cpu,
        Runtime.getRuntime().availableProcessors(),
        memory,
        System.getProperty("os.name") + " " + System.getProperty("os.version"));
  }

  private Optional<String> field(String file, String key) {
    return text(root.resolve(file)).stream()
        .flatMap(String::lines)
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  private List<Path> folders(String folder) {
    Path path = root.resolve(folder);
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (Stream<Path> list = Files.list(path)) {
      return list.filter(Files::isDirectory).sorted().toList();
    } catch (IOException e) {
      return List.of(); // not readable for this user: not known
    }
  }

  private static Optional<String> text(Path file) {
    try {
      return Files.isReadable(file)
          ? Optional.of(Files.readString(file).strip())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // some sensors cannot be read: not known
    }
  }
}
