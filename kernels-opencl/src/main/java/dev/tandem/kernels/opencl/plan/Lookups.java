package dev.tandem.kernels.opencl.plan;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A device's tunables, and which of them a graph has asked for. */
final class Lookups {
  private final TunableTable table;
  private final DeviceTraits device;
  private final Map<Lookup, Tunables> found = new LinkedHashMap<>();

  Lookups(TunableTable table, DeviceTraits device) {
    this.table = table;
    this.device = device;
  }

  /** Values of a kernel for a shape. */
  Tunables find(String kernel, String shape) {
    return found.computeIfAbsent(new Lookup(kernel, shape), _ -> table.find(kernel, device, shape));
  }

  /** All that was asked for, in order, and what it got. */
  Map<Lookup, Tunables> all() {
    return Collections.unmodifiableMap(found);
  }
}
