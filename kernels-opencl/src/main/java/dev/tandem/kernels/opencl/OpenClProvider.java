package dev.tandem.kernels.opencl;

import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.DeviceProvider;
import dev.tandem.devices.DeviceSpec;
import dev.tandem.devices.MemoryLimit;
import java.util.List;
import java.util.Optional;

/** Finds the OpenCL devices of every installed platform. Thread-safe; it keeps no state. */
public final class OpenClProvider implements DeviceProvider {
  @Override
  public String scheme() {
    return "opencl";
  }

  /**
   * One entry for each piece of hardware: where two platforms show the same, the first stands for
   * both and its driver text names the others.
   */
  @Override
  public List<DeviceInfo> list() {
    Discovery found = Discovery.now();
    return found.devices().stream()
        .filter(d -> found.twins(d).stream().noneMatch(t -> t.index() < d.index()))
        .map(d -> withTwins(d, found.twins(d)))
        .toList();
  }

  private static DeviceInfo withTwins(ClDevice d, List<ClDevice> twins) {
    DeviceInfo info = d.info(d.id());
    StringBuilder driver = new StringBuilder(info.driver());
    for (ClDevice t : twins) {
      driver.append("; also ").append(t.id()).append(" through ").append(t.platformName());
    }
    return new DeviceInfo(
        info.id(), info.name(), info.type(), info.computeUnits(), info.memoryBytes(), driver + "");
  }

  @Override
  public Optional<String> problem() {
    return Optional.of(Discovery.now().problem()).filter(p -> !p.isEmpty());
  }

  @Override
  public Device open(DeviceSpec spec) {
    Settings settings = Settings.of(spec);
    Selector selected = Selector.find(spec.selector(), Discovery.now());
    MemoryLimit own =
        new MemoryLimit(selected.device().memoryBytes(), selected.device().maxAllocation());
    return new OpenClDevice(selected, spec.memoryLimit(own), settings);
  }
}
