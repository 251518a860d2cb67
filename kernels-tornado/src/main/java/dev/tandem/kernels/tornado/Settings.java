package dev.tandem.kernels.tornado;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceSpec;
import java.util.Optional;
import java.util.Set;

/**
 * The options of a TornadoVM device, as a user writes them after its name.
 *
 * @param kernels {@code kernels=java|prebuilt}: in Java, or the project's own for OpenCL; by
 *     default prebuilt ones where TornadoVM speaks OpenCL to the device
 */
record Settings(Optional<Kernels> kernels) {
  /** Where kernels come from. */
  enum Kernels {
    JAVA,
    PREBUILT
  }

  /**
   * Whether a device takes the project's own kernels.
   *
   * @throws DeviceException if it cannot, but they are asked for
   */
  boolean prebuilt(FoundDevice device) {
    if (kernels.equals(Optional.of(Kernels.PREBUILT)) && !device.openCl()) {
      throw new DeviceException(
          device.id()
              + " is driven through "
              + device.backend()
              + ": prebuilt kernels are OpenCL's; leave out kernels=prebuilt");
    }
    return kernels.map(k -> k == Kernels.PREBUILT).orElse(device.openCl());
  }

  static Settings of(DeviceSpec spec) {
    spec.allowOptions(Set.of("kernels"));
    String v = spec.options().get("kernels");
    if (v == null) {
      return new Settings(Optional.empty());
    }
    return switch (v) {
      case "java" -> new Settings(Optional.of(Kernels.JAVA));
      case "prebuilt" -> new Settings(Optional.of(Kernels.PREBUILT));
      default ->
          throw new DeviceException(
              "device '" + spec.text() + "': kernels=" + v + " is neither java nor prebuilt");
    };
  }
}
