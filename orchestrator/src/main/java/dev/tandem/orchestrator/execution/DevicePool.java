package dev.tandem.orchestrator.execution;

import dev.tandem.devices.Device;
import dev.tandem.orchestrator.engine.Drive;
import dev.tandem.orchestrator.wiring.Place;
import java.util.ArrayList;
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
      Device device = opener.apply(id);
      known = new PooledDevice(device, new Place(drive.queue(id, device::close)));
      devices.put(id, known);
    }
    return known;
  }

  /** Closes all devices, each when the call at work has ended. */
  @Override
  public synchronized void close() {
    Optional<RuntimeException> first = Optional.empty();
    for (PooledDevice d : new ArrayList<>(devices.values())) {
      try {
        d.place().queue().close();
      } catch (RuntimeException e) { // the others must be closed too
        first = first.or(() -> Optional.of(e));
      }
    }
    devices.clear();
    if (first.isPresent()) {
      throw first.get();
    }
  }

  /** The devices that are open. */
  synchronized List<PooledDevice> open() {
    return List.copyOf(devices.values());
  }
}
