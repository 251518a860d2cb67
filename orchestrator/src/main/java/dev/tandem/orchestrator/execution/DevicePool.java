package dev.tandem.orchestrator.execution;

import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executables;
import dev.tandem.orchestrator.engine.Drive;
import dev.tandem.orchestrator.engine.Threads;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.wiring.Place;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Devices, opened when first asked for, with their queues and what is compiled on them. Models and
 * runs share it: a device does one thing at a time for all of them, within one memory limit. Any
 * thread.
 */
public final class DevicePool implements AutoCloseable {
  private final Function<String, Device> opener;
  private final Drive drive;
  private final Map<String, PooledDevice> devices = new LinkedHashMap<>();

  /**
   * A pool without devices.
   *
   * @param opener opens a device by its name, with its memory limit
   */
  public DevicePool(Function<String, Device> opener, Drive drive) {
    this.opener = opener;
    this.drive = drive;
  }

  /** A pool with threads, of the devices of this machine with their limits. */
  public static DevicePool of(RunOptions options) {
    return new DevicePool(id -> Devices.open(options.spec(id)), new Threads());
  }

  public Drive drive() {
    return drive;
  }

  /**
   * The device of that name.
   *
   * @throws dev.tandem.devices.DeviceException if there is none
   */
  synchronized PooledDevice get(String id) {
    PooledDevice known = devices.get(id);
    if (known == null) {
      known = open(id);
      devices.put(id, known);
    }
    return known;
  }

  private PooledDevice open(String id) {
    Device device = opener.apply(id);
    Executables executables = new Executables(device);
    Runnable close =
        () -> {
          executables.close();
          device.close();
        };
    return new PooledDevice(device, executables, new Place(drive.queue(id, close)));
  }

  /** How many graphs were compiled so far; once no run is at work. */
  public synchronized int compiled() {
    return devices.values().stream().mapToInt(d -> d.executables().compiled()).sum();
  }

  /** The most that was in use on a device at one time, bytes; once no run is at work. */
  public synchronized long peak(String id) {
    PooledDevice d = devices.get(id);
    return d == null ? 0 : d.executables().peak();
  }

  /** The devices that are open. */
  synchronized List<PooledDevice> devices() {
    return List.copyOf(devices.values());
  }

  /** Closes all devices, each when the call at work has ended. */
  @Override
  public void close() {
    Optional<RuntimeException> first = Optional.empty();
    for (PooledDevice d : devices()) {
      try {
        d.place().queue().close();
      } catch (RuntimeException e) { // the others must be closed too
        first = first.or(() -> Optional.of(e));
      }
    }
    synchronized (this) {
      devices.clear();
    }
    if (first.isPresent()) {
      throw first.get();
    }
  }
}
