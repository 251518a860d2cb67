package dev.tandem.devices;

import java.util.List;
import java.util.Optional;

/** A family of devices, found by {@link java.util.ServiceLoader}. */
public interface DeviceProvider {
  /** The first word of its devices' ids, for example {@code opencl}. */
  String scheme();

  /**
   * The devices present now, best first. An empty list means none; it must not throw because a
   * driver is missing.
   */
  List<DeviceInfo> list();

  /** {@link #list} with all that is known of each device. */
  default List<DeviceDetails> details() {
    return list().stream().map(DeviceDetails::of).toList();
  }

  /**
   * What a proof that covers every driver opens: beside {@link #list}, hardware seen through a
   * second driver, and one part of each device that can be divided.
   */
  default List<String> specs() {
    return list().stream().map(DeviceInfo::id).toList();
  }

  /** Why {@link #list} is empty, in one line: for example that a driver is missing. */
  default Optional<String> problem() {
    return Optional.empty();
  }

  /** What was found but cannot be used; it hides nothing else. */
  default List<LeftOut> leftOut() {
    return List.of();
  }

  /**
   * Opens a device.
   *
   * @throws DeviceException if the selector or an option is unknown, with what exists
   */
  Device open(DeviceSpec spec);
}
