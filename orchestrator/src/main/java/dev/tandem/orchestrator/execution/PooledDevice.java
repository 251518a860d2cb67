package dev.tandem.orchestrator.execution;

import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Executables;
import dev.tandem.orchestrator.wiring.Place;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * An opened device.
 *
 * @param device to be used in {@link #alone} only, except for its limits
 * @param executables to be used by its queue's calls only
 * @param use who uses the device now
 */
record PooledDevice(Device device, Executables executables, Place place, ReentrantLock use) {
  private static final long LOOK_MS = 100;

  PooledDevice(Device device, Executables executables, Place place) {
    this(device, executables, place, new ReentrantLock());
  }

  String id() {
    return place.id();
  }

  /**
   * Uses the device while nobody else does: waits for the call at work.
   *
   * @throws DeviceException if that call never ends
   */
  <R> R alone(Supplier<R> work) {
    boolean mine = use.tryLock();
    while (!mine) {
      if (place.queue().dead()) {
        throw new DeviceException("device '" + id() + "' does not answer");
      }
      mine = await();
    }
    try {
      return work.get();
    } finally {
      use.unlock();
    }
  }

  private boolean await() {
    try {
      return use.tryLock(LOOK_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DeviceException("interrupted while device '" + id() + "' was at work", e);
    }
  }
}
