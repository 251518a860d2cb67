package dev.tandem.devices.profile;

import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.json.FieldException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A tuned kernel: these values, wherever all that the entry names fits. What is absent fits
 * everything.
 *
 * @param kernel the kernel file, for example {@code gemm_panel}
 * @param device a device's whole name
 * @param type CPU, INTEGRATED_GPU, DISCRETE_GPU or ACCELERATOR
 * @param vectorWidth floats in a vector register
 * @param shape an operation's shape key
 * @param kernelVersion of the kernel's source that the values were tuned and checked with; with any
 *     other one the entry does not count. Absent in entries written by hand: they always count
 * @param values by the name of the tunable
 */
public record TunableEntry(
    String kernel,
    Optional<String> device,
    Optional<String> vendor,
    Optional<String> type,
    Optional<Integer> vectorWidth,
    Optional<String> shape,
    Optional<String> kernelVersion,
    Map<String, Integer> values) {
  public TunableEntry {
    FieldException.notBlank("kernel", kernel);
    type.ifPresent(TunableEntry::requireType);
    notBlank("device", device);
    notBlank("vendor", vendor);
    notBlank("shape", shape);
    notBlank("kernelVersion", kernelVersion);
    vectorWidth.ifPresent(w -> Range.COUNT.require("vectorWidth", w));
    values = java.util.Collections.unmodifiableMap(new TreeMap<>(values));
    if (values.isEmpty()) {
      throw new FieldException("values", "must not be empty");
    }
    values.forEach((name, value) -> Range.TUNABLE.require("values." + name, value));
  }

  private static void requireType(String type) {
    List<String> types = Stream.of(DeviceInfo.Type.values()).map(Enum::name).toList();
    if (!types.contains(type)) {
      throw new FieldException("type", "is not one of " + types + ", got '" + type + "'");
    }
  }

  private static void notBlank(String field, Optional<String> text) {
    text.ifPresent(t -> FieldException.notBlank(field, t));
  }
}
