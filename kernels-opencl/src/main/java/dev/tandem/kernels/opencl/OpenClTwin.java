package dev.tandem.kernels.opencl;

import dev.tandem.devices.DeviceDetails;
import dev.tandem.kernels.opencl.plan.DeviceTraits;
import java.util.List;
import java.util.Optional;

/**
 * An OpenCL device that another runtime drives as well.
 *
 * @param details as its own provider tells them
 * @param traits that kernels are chosen by
 */
public record OpenClTwin(DeviceDetails details, DeviceTraits traits) {
  /**
   * The device of that name; if there are several, the first, as they are alike.
   *
   * @param platform that it must be of, where that is known; of one with a single device, that one
   */
  public static Optional<OpenClTwin> of(String name, Optional<String> platform) {
    Discovery found = Discovery.now();
    List<ClDevice> possible =
        found.devices().stream()
            .filter(d -> platform.map(p -> p.equals(d.platformName())).orElse(true))
            .toList();
    return possible.stream()
        .filter(d -> d.name().equals(name))
        .findFirst()
        .or(
            () ->
                possible.stream()
                    .filter(d -> platform.isPresent() && possible.size() == 1)
                    .findFirst())
        .map(d -> new OpenClTwin(OpenClProvider.details(d, found.twins(d)), d.traits()));
  }
}
