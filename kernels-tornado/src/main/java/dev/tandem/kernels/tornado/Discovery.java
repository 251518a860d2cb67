package dev.tandem.kernels.tornado;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.TornadoHome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/**
 * The devices that TornadoVM finds, in its own order, backend after backend.
 *
 * @param problem why there are none; empty if there are
 */
record Discovery(List<FoundDevice> devices, String problem) {
  /** Bytes that each task graph reserves for its program: by default too few for a network. */
  private static final String PROGRAM_BYTES = Integer.toString(TaskGraphs.PROGRAM_BYTES);

  /** Discovery goes over drivers once in a process: TornadoVM itself keeps what it has found. */
  private static final class Once {
    private static final Discovery FOUND = StandardOutput.spared(Discovery::look);
  }

  Discovery {
    devices = List.copyOf(devices);
  }

  /** What there is; where Java was started without TornadoVM, at no cost. */
  static Discovery now() {
    return TornadoHome.problem().map(Discovery::none).orElseGet(() -> Once.FOUND);
  }

  private static Discovery none(String problem) {
    return new Discovery(List.of(), problem);
  }

  private static Discovery look() {
    // Read once, when TornadoVM's classes are loaded. Memory is this project's to limit, and a task
    // that cannot be compiled must fail, not run in plain Java.
    setIfAbsent("tornado.device.memory", "1048576MB");
    setIfAbsent("tornado.tvm.maxbytecodesize", PROGRAM_BYTES);
    // What one operation may wait for: each list of that length is cleared at each run.
    setIfAbsent("tornado.max.events", Integer.toString(TaskGraphs.MOST_EVENTS));
    // The fast forms of sines are off where a timestep makes thousands of radians.
    setIfAbsent("tornado.enable.nativeFunctions", "False");
    setIfAbsent("tornado.experimental.reduce", "False"); // no kernel has reductions of TornadoVM's
    System.setProperty("tornado.recover.bailout", "False");
    try {
      TornadoRuntime runtime = TornadoRuntimeProvider.getTornadoRuntime();
      List<FoundDevice> found = new ArrayList<>();
      for (int b = 0; b < runtime.getNumBackends(); b++) {
        TornadoBackend backend = runtime.getBackend(b);
        for (int d = 0; d < backend.getNumDevices(); d++) {
          found.add(FoundDevice.of(found.size(), backend.getDevice(d)));
        }
      }
      return found.isEmpty() ? none("TornadoVM finds no device") : new Discovery(found, "");
    } catch (RuntimeException | LinkageError e) { // class initialisers of TornadoVM throw errors
      return none("TornadoVM does not start: " + Failures.text(e));
    }
  }

  private static void setIfAbsent(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /**
   * The device meant by a number, or by the whole name of a device or backend; with no text the
   * first.
   *
   * @throws DeviceException if there is none or more than one, with those there are
   */
  FoundDevice find(String text) {
    if (devices.isEmpty()) {
      throw new DeviceException("device 'tornado:" + text + "': " + problem);
    }
    if (text.isEmpty()) {
      return devices.getFirst();
    }
    List<FoundDevice> meant = devices.stream().filter(d -> matches(d, text)).toList();
    if (meant.size() != 1) {
      throw new DeviceException(
          "device 'tornado:"
              + text
              + (meant.isEmpty() ? "' does not exist; found: " : "' is ambiguous; it may be: ")
              + (meant.isEmpty() ? devices : meant)
                  .stream()
                      .map(d -> d.id() + " (" + d.name() + ", " + d.backend() + ")")
                      .collect(Collectors.joining(", ")));
    }
    return meant.getFirst();
  }

  private static boolean matches(FoundDevice d, String text) {
    return text.equals(Integer.toString(d.index()))
        || slug(text).equals(slug(d.name()))
        || slug(text).equals(slug(d.backend()));
  }

  private static String slug(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
  }

  Optional<String> whyNone() {
    return Optional.of(problem).filter(p -> !p.isEmpty());
  }
}
