package dev.tandem.devices.reference;

import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceDetails;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.DeviceProvider;
import dev.tandem.devices.DeviceSpec;
import dev.tandem.devices.MemoryLimit;
import java.util.List;
import java.util.Set;

/** Offers the {@link ReferenceDevice} as {@code reference[:label][,threads=N]}. */
public final class ReferenceProvider implements DeviceProvider {
  private static final int MAX_THREADS = 256;

  @Override
  public String scheme() {
    return "reference";
  }

  @Override
  public List<DeviceInfo> list() {
    return List.of(info("reference", cores()));
  }

  @Override
  public List<DeviceDetails> details() {
    return DeviceProvider.super.details().stream()
        .map(d -> d.with(DeviceDetails.F16.STORAGE))
        .toList();
  }

  /** Opens the device; option {@code threads} is all cores where it is not given. */
  @Override
  public Device open(DeviceSpec spec) {
    spec.allowOptions(Set.of("threads"));
    int threads = spec.intOption("threads", cores(), 1, MAX_THREADS);
    DeviceInfo info = info(spec.text(), threads);
    return new ReferenceDevice(info, spec.memoryLimit(MemoryLimit.of(info.memoryBytes())), threads);
  }

  private static int cores() {
    return Math.min(Runtime.getRuntime().availableProcessors(), MAX_THREADS);
  }

  private static DeviceInfo info(String id, int threads) {
    return new DeviceInfo(
        id,
        "plain Java reference",
        DeviceInfo.Type.CPU,
        threads,
        Runtime.getRuntime().maxMemory(),
        "Java " + Runtime.version());
  }
}
