package dev.tandem.devices;

import dev.tandem.devices.CompileOptions.WeightMemory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A device as a user writes it: {@code scheme[:selector][,key=value...]}, for example {@code cpu},
 * {@code cpu:a,threads=1} or {@code opencl:0.1}. Two specs that differ in text are two devices.
 *
 * @param selector which device of the scheme; empty for the first
 */
public record DeviceSpec(String text, String scheme, String selector, Map<String, String> options) {
  /** The option of {@link #weightMemory}. */
  public static final String WEIGHTS = "weights";

  private static final String MEMORY = "memory";

  /** Schemes of one piece of hardware, whose selectors only tell devices on it apart. */
  private static final Set<String> LABELLED = Set.of("cpu", "reference");

  private static final String FIRST = "0";
  private static final Pattern PART = Pattern.compile("^(\\d+)\\.\\d+$");

  public DeviceSpec {
    options = Map.copyOf(options);
  }

  /**
   * Parses the text form.
   *
   * @throws DeviceException if it is malformed
   */
  public static DeviceSpec parse(String text) {
    String[] parts = text.strip().split(",", -1);
    int colon = parts[0].indexOf(':');
    String scheme = (colon < 0 ? parts[0] : parts[0].substring(0, colon)).strip();
    String selector = colon < 0 ? "" : parts[0].substring(colon + 1).strip();
    Map<String, String> options = new LinkedHashMap<>();
    for (int i = 1; i < parts.length; i++) {
      int eq = parts[i].indexOf('=');
      if (eq <= 0 || eq == parts[i].length() - 1) {
        throw new DeviceException(
            "device '" + text + "': option '" + parts[i] + "' is not of the form key=value");
      }
      String key = parts[i].substring(0, eq).strip();
      if (options.put(key, parts[i].substring(eq + 1).strip()) != null) {
        throw new DeviceException("device '" + text + "' gives option '" + key + "' twice");
      }
    }
    if (scheme.isBlank()) {
      throw new DeviceException("device '" + text + "' has no name; try 'cpu'");
    }
    return new DeviceSpec(text.strip(), scheme, selector, options);
  }

  /** A whole-number option, or the default where it is not given. */
  public int intOption(String key, int fallback, int min, int max) {
    String v = options.get(key);
    if (v == null) {
      return fallback;
    }
    try {
      int i = Integer.parseInt(v);
      if (i >= min && i <= max) {
        return i;
      }
    } catch (NumberFormatException e) {
      // reported below, with the allowed range
    }
    throw new DeviceException(
        "device '"
            + text
            + "': "
            + key
            + "="
            + v
            + " is not a whole number from "
            + min
            + " to "
            + max);
  }

  /** A device's own limit, lowered by the option {@code memory=SIZE} that every device takes. */
  public MemoryLimit memoryLimit(MemoryLimit own) {
    return statedMemory().map(own::atMost).orElse(own);
  }

  /** The bytes of the option {@code memory=SIZE}; empty if it is not given. */
  public Optional<Long> statedMemory() {
    return Optional.ofNullable(options.get(MEMORY)).map(ByteSize::parse);
  }

  /** Where weights are if a run does not say so: the option {@code weights=PLACE}. */
  public WeightMemory weightMemory() {
    String stated = options.getOrDefault(WEIGHTS, "auto");
    return Arrays.stream(WeightMemory.values())
        .filter(w -> w.name().toLowerCase(Locale.ROOT).equals(stated))
        .findFirst()
        .orElseThrow(
            () ->
                new DeviceException(
                    "device '"
                        + text
                        + "': weights="
                        + stated
                        + " is none of auto, speed, rest and stream"));
  }

  /** The same device with at most so much memory. */
  public DeviceSpec withMemoryLimit(long bytes) {
    Map<String, String> more = new LinkedHashMap<>(options);
    more.put(MEMORY, Long.toString(bytes));
    return new DeviceSpec(text, scheme, selector, more);
  }

  /** Refuses options that the device does not know. */
  public void allowOptions(Set<String> known) {
    Set<String> all = new TreeSet<>(known);
    all.add(MEMORY);
    for (String key : options.keySet()) {
      if (!all.contains(key)) {
        throw new DeviceException(
            "device '" + text + "' has no option '" + key + "'; it takes " + all);
      }
    }
  }

  /**
   * The hardware behind the device, as far as its text tells: devices of one share its memory.
   * Labels of a processor's devices ({@code cpu:a}), parts ({@code opencl:0.1}) and options make no
   * other hardware. What is named in two ways, such as {@code opencl:0} and {@code opencl:gpu},
   * counts as two.
   */
  public String physical() {
    return physical(scheme, selector);
  }

  /** {@link #physical} of a text form, which need not be well-formed. */
  public static String physical(String text) {
    String name = text.split(",", 2)[0];
    String[] parts = name.split(":", 2);
    return physical(parts[0].strip(), parts.length == 1 ? "" : parts[1].strip());
  }

  private static String physical(String scheme, String selector) {
    if (LABELLED.contains(scheme)) {
      return scheme;
    }
    return scheme + ":" + (selector.isEmpty() ? FIRST : PART.matcher(selector).replaceFirst("$1"));
  }
}
