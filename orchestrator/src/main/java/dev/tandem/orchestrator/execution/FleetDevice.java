package dev.tandem.orchestrator.execution;

import dev.tandem.devices.Device;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** An opened device with its queue, its stages, and the work it is committed to. */
final class FleetDevice {
  private final DeviceQueue queue;
  private final Device device;
  private final DeviceStages stages;
  private final LiveCosts costs;
  private final Map<Work, AtomicInteger> committed = new EnumMap<>(Work.class);
  private volatile boolean setAside;

  FleetDevice(DeviceQueue queue, Device device, DeviceStages stages, LiveCosts costs) {
    this.queue = queue;
    this.device = device;
    this.stages = stages;
    this.costs = costs;
    for (Work work : Work.values()) {
      committed.put(work, new AtomicInteger());
    }
  }

  String id() {
    return queue.id();
  }

  DeviceQueue queue() {
    return queue;
  }

  DeviceStages stages() {
    return stages;
  }

  /** The device, to be asked for its limits and estimates only. */
  Device device() {
    return device;
  }

  long memoryBytes() {
    return device.memoryLimit().total();
  }

  /** Whether it is not to be used. */
  boolean setAside() {
    return setAside || queue.dead();
  }

  /** It failed: it is not to be used any more in this run. */
  void putAside() {
    setAside = true;
  }

  /** A run begins: nothing to do yet, and what failed before may work again. */
  void begin() {
    setAside = false;
    committed.values().forEach(units -> units.set(0));
  }

  /** Takes units of work on, or with a negative number gives them up. */
  void commit(Work work, int units) {
    committed.get(work).addAndGet(units);
  }

  /** Expected time for all it is committed to, ns; what is not known counts nothing. */
  long backlogNs(PictureJob job) {
    long ns = 0;
    for (Work work : Work.values()) {
      int units = committed.get(work).get();
      if (units > 0) {
        ns += units * costs.ns(work, id(), job).orElse(0);
      }
    }
    return ns;
  }
}
