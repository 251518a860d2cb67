package dev.tandem.kernels.opencl;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.LeftOut;
import dev.tandem.devices.profile.DeviceProfile;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which device a user means: nothing (the best), a number ({@code 0}), a number and a part ({@code
 * 0.1}: the second of its equal one-unit sub-devices), a type ({@code gpu}, {@code igpu}, {@code
 * dgpu}, {@code cpu}, {@code accelerator}), or the whole name of a device or platform. Names match
 * without regard to case and punctuation, never by a part of them.
 */
record Selector(ClDevice device, Optional<Integer> part) {
  private static final Pattern NUMBER = Pattern.compile("(\\d{1,4})(?:\\.(\\d{1,4}))?");

  /**
   * Finds the one device meant.
   *
   * @throws DeviceException if there is none or more than one, with those there are
   */
  static Selector find(String text, Discovery found) {
    if (found.devices().isEmpty()) {
      throw new DeviceException("device 'opencl:" + text + "': " + found.problem());
    }
    if (text.isEmpty()) {
      return new Selector(found.devices().getFirst(), Optional.empty());
    }
    Matcher m = NUMBER.matcher(text);
    if (m.matches()) {
      return numbered(text, Integer.parseInt(m.group(1)), Optional.ofNullable(m.group(2)), found);
    }
    List<ClDevice> matching = found.devices().stream().filter(d -> matches(d, text)).toList();
    if (matching.size() == 1) {
      return new Selector(matching.getFirst(), Optional.empty());
    }
    Optional<LeftOut> leftOut = found.leftOut(text);
    if (matching.isEmpty() && leftOut.isPresent()) {
      throw new DeviceException(
          "device " + leftOut.get() + "; found: " + describe(found.devices()));
    }
    throw new DeviceException(
        "device 'opencl:"
            + text
            + (matching.isEmpty() ? "' does not exist; found: " : "' is ambiguous; it may be: ")
            + describe(matching.isEmpty() ? found.devices() : matching));
  }

  /**
   * Finds the one device meant, where a profile may say which: by the name of a device in it, or,
   * with no text, because it has only one. Its name and platform are then looked for, since numbers
   * change from machine to machine.
   *
   * @throws DeviceException if there is none or more than one, with those there are
   */
  static Selector find(String text, List<DeviceProfile> profile, Discovery found) {
    List<DeviceProfile> meant =
        profile.stream()
            .filter(p -> p.id().equals("opencl") || p.id().startsWith("opencl:"))
            .filter(p -> text.isEmpty() || ClDevice.slug(p.name()).equals(ClDevice.slug(text)))
            .toList();
    if (meant.isEmpty()) {
      return find(text, found);
    }
    Set<Selector> possible = new LinkedHashSet<>();
    for (DeviceProfile p : meant) {
      for (ClDevice d : found.devices()) {
        boolean platform =
            p.platform()
                .map(x -> ClDevice.slug(x).equals(ClDevice.slug(d.platformName())))
                .orElse(true);
        if (platform && ClDevice.slug(p.name()).equals(ClDevice.slug(d.name()))) {
          Matcher m = NUMBER.matcher(p.id().substring(p.id().indexOf(':') + 1));
          String part = m.matches() && m.group(2) != null ? "." + m.group(2) : "";
          possible.add(find(d.index() + part, found));
        }
      }
    }
    if (possible.size() == 1) {
      return possible.iterator().next();
    }
    throw new DeviceException(
        "device 'opencl"
            + (text.isEmpty() ? "" : ":" + text)
            + "' by the profile is "
            + (possible.isEmpty()
                ? meant.stream().map(DeviceProfile::name).collect(Collectors.joining(" or "))
                    + ", which is not here; found: "
                    + describe(found.devices())
                : "ambiguous; it may be: "
                    + possible.stream().map(Selector::id).collect(Collectors.joining(", "))));
  }

  private static Selector numbered(
      String text, int index, Optional<String> partText, Discovery found) {
    if (index >= found.devices().size()) {
      throw new DeviceException(
          "device 'opencl:" + text + "' does not exist; found: " + describe(found.devices()));
    }
    ClDevice d = found.devices().get(index);
    Optional<Integer> part = partText.map(Integer::valueOf);
    if (part.isPresent() && part.get() >= d.parts()) {
      throw new DeviceException(
          "device 'opencl:"
              + text
              + "' does not exist: "
              + describe(List.of(d))
              + (d.parts() == 0 ? " cannot be divided" : " has the parts 0 to " + (d.parts() - 1)));
    }
    return new Selector(d, part);
  }

  private static boolean matches(ClDevice d, String text) {
    boolean gpu =
        d.type() == DeviceInfo.Type.INTEGRATED_GPU || d.type() == DeviceInfo.Type.DISCRETE_GPU;
    return switch (ClDevice.slug(text)) {
      case "gpu" -> gpu;
      case "igpu" -> d.type() == DeviceInfo.Type.INTEGRATED_GPU;
      case "dgpu" -> d.type() == DeviceInfo.Type.DISCRETE_GPU;
      case "cpu" -> d.type() == DeviceInfo.Type.CPU;
      case "accelerator" -> d.type() == DeviceInfo.Type.ACCELERATOR;
      case String s ->
          s.equals(ClDevice.slug(d.name())) || s.equals(ClDevice.slug(d.platformName()));
    };
  }

  private static String describe(List<ClDevice> devices) {
    return devices.stream()
        .map(d -> d.id() + " (" + d.name() + ", " + d.platformName() + ")")
        .collect(Collectors.joining(", "));
  }

  /** How the device is called from now on, for example {@code opencl:0.1}. */
  String id() {
    return device.id() + part.map(p -> "." + p).orElse("");
  }
}
