package dev.tandem.orchestrator.execution;

import dev.tandem.devices.Device;
import dev.tandem.devices.Executables;
import dev.tandem.orchestrator.wiring.Place;

/**
 * An opened device.
 *
 * @param device to be used by its queue's calls only, except for its limits and estimates
 * @param executables likewise
 */
record PooledDevice(Device device, Executables executables, Place place) {
  String id() {
    return place.id();
  }
}
