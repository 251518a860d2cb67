package dev.tandem.app;

import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import java.util.LinkedHashMap;
import java.util.Map;

/** Devices that are closed together. */
final class OpenDevices implements AutoCloseable {
  private final Map<String, Device> all = new LinkedHashMap<>();

  /**
   * Opens one more, unless it is open.
   *
   * @throws dev.tandem.devices.DeviceException if there is none
   */
  @SuppressWarnings("MustBeClosedChecker") // close() does
  void open(String spec) {
    all.computeIfAbsent(spec, Devices::open);
  }

  /** By what they were opened with, in that order. */
  Map<String, Device> all() {
    return all;
  }

  @Override
  public void close() {
    all.values().forEach(Device::close);
  }
}
