package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.placement.PlacementException;
import dev.tandem.orchestrator.placement.StageCosts;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What {@link CostProbe} found. Work that a device cannot do costs as good as forever.
 *
 * @param devices what was found of each
 */
record MeasuredCosts(Map<String, OfDevice> devices) implements StageCosts {
  /** Eleven days. */
  static final long IMPOSSIBLE_NS = 1_000_000_000_000_000L;

  MeasuredCosts {
    devices = new LinkedHashMap<>(devices);
  }

  /** The costs of one device. */
  record OfDevice(long memoryBytes, Map<Work, Long> ns, Map<Work, Long> bytes) {
    OfDevice {
      ns = new EnumMap<>(ns);
      bytes = new EnumMap<>(bytes);
    }
  }

  @Override
  public long ns(Work work, String device) {
    return of(device).ns().get(work);
  }

  @Override
  public long bytes(Work work, String device) {
    return of(device).bytes().get(work);
  }

  @Override
  public long memoryBytes(String device) {
    return of(device).memoryBytes();
  }

  private OfDevice of(String device) {
    OfDevice known = devices.get(device);
    if (known == null) {
      throw new PlacementException(
          "device '" + device + "' was not measured, only " + devices.keySet());
    }
    return known;
  }
}
