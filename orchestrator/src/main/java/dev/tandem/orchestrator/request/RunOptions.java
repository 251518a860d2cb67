package dev.tandem.orchestrator.request;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.DeviceSpec;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.stages.ModelOptions;
import dev.tandem.stages.Quantization;
import dev.tandem.stages.StepCache;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the devices of a placement may use, how they store numbers, and in which form the model is
 * computed. Devices are written as in the placement.
 *
 * @param memoryLimits the most memory a device may use, bytes; its own where none is given, nor one
 *     for {@link #EVERY_DEVICE}
 * @param precision storage type where a device has none of its own
 * @param precisions storage type of single devices
 * @param tiling when pictures are decoded in bands or tiles
 * @param approximate whether pictures may come out a little different where memory is short
 * @param model what of the model is computed more cheaply
 */
public record RunOptions(
    Map<String, Long> memoryLimits,
    Precision precision,
    Map<String, Precision> precisions,
    VaeTiling tiling,
    boolean approximate,
    ModelOptions model) {
  /** Stands for all devices of a placement, in {@link #memoryLimits}. */
  public static final String EVERY_DEVICE = "*";

  public static final RunOptions DEFAULT =
      new RunOptions(
          Map.of(), Precision.F32, Map.of(), VaeTiling.AUTO, false, ModelOptions.DEFAULT);

  public RunOptions {
    memoryLimits = Map.copyOf(memoryLimits);
    precisions = Map.copyOf(precisions);
    memoryLimits.forEach(
        (device, bytes) -> {
          if (bytes < 1) {
            throw new RequestException(
                "the memory limit of '" + device + "' must be positive, got " + bytes);
          }
        });
  }

  public RunOptions withMemoryLimit(String device, long bytes) {
    return new RunOptions(
        with(memoryLimits, device, bytes), precision, precisions, tiling, approximate, model);
  }

  /** The storage type of all devices that have none of their own. */
  public RunOptions withPrecision(Precision value) {
    return new RunOptions(memoryLimits, value, precisions, tiling, approximate, model);
  }

  public RunOptions withPrecision(String device, Precision value) {
    return new RunOptions(
        memoryLimits, precision, with(precisions, device, value), tiling, approximate, model);
  }

  public RunOptions withTiling(VaeTiling value) {
    return new RunOptions(memoryLimits, precision, precisions, value, approximate, model);
  }

  public RunOptions withApproximate(boolean value) {
    return new RunOptions(memoryLimits, precision, precisions, tiling, value, model);
  }

  public RunOptions withModel(ModelOptions value) {
    return new RunOptions(memoryLimits, precision, precisions, tiling, approximate, value);
  }

  /**
   * With types of the U-Net's weights and of what they are multiplied by.
   *
   * @param weights as {@link Quantization#parse} reads them
   * @param activations likewise
   * @throws RequestException if it is none, or they do not go together
   */
  public RunOptions withQuantization(String weights, String activations) {
    try {
      return withModel(model.withQuantization(Quantization.parse(weights, activations)));
    } catch (IllegalArgumentException e) {
      throw new RequestException(e.getMessage());
    }
  }

  /**
   * With a cache of the U-Net over steps.
   *
   * @param text as {@link StepCache#parse} reads it
   * @throws RequestException if it is none
   */
  public RunOptions withCache(String text) {
    try {
      return withModel(model.withCache(StepCache.parse(text)));
    } catch (IllegalArgumentException e) {
      throw new RequestException(e.getMessage());
    }
  }

  private static <V> Map<String, V> with(Map<String, V> map, String key, V value) {
    Map<String, V> more = new LinkedHashMap<>(map);
    more.put(key, value);
    return more;
  }

  /** How graphs are compiled on a device. */
  public CompileOptions compile(String device) {
    return new CompileOptions(precisions.getOrDefault(device, precision));
  }

  /** The device with its limit. */
  public DeviceSpec spec(String device) {
    DeviceSpec spec = DeviceSpec.parse(device);
    return memoryLimit(device).map(spec::withMemoryLimit).orElse(spec);
  }

  /** The most memory that a device may use, bytes; empty where it is not limited. */
  public Optional<Long> memoryLimit(String device) {
    return Optional.ofNullable(memoryLimits.get(device))
        .or(() -> Optional.ofNullable(memoryLimits.get(EVERY_DEVICE)));
  }

  /**
   * Refuses options for devices that the placement does not use.
   *
   * @throws RequestException with the device and those that are used
   */
  public void requireUsed(Placement placement) {
    requireUsed("a memory limit", memoryLimits.keySet(), placement.devices());
    requireUsed("a precision", precisions.keySet(), placement.devices());
  }

  private static void requireUsed(String option, Set<String> devices, List<String> used) {
    for (String device : devices) {
      if (!used.contains(device) && !device.equals(EVERY_DEVICE)) {
        throw new RequestException(
            "device '"
                + device
                + "' has "
                + option
                + ", but no stage runs on it; used are: "
                + String.join(", ", used));
      }
    }
  }
}
