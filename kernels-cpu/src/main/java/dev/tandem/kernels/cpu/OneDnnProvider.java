package dev.tandem.kernels.cpu;

import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.DeviceProvider;
import dev.tandem.devices.DeviceSpec;
import dev.tandem.devices.MemoryLimit;
import java.util.List;
import java.util.Set;

/**
 * The CPU through oneDNN: {@code cpu}, or {@code cpu:LABEL} for further devices on the same cores.
 * Option {@code threads=N}, from 1 to the number of cores; all by default.
 */
public final class OneDnnProvider implements DeviceProvider {
  @Override
  public String scheme() {
    return "cpu";
  }

  @Override
  public List<DeviceInfo> list() {
    return Cpu.hasLibrary() ? List.of(Cpu.info("cpu", cores())) : List.of();
  }

  @Override
  public Device open(DeviceSpec spec) {
    spec.allowOptions(Set.of("threads", DeviceSpec.WEIGHTS));
    int threads = spec.intOption("threads", cores(), 1, cores());
    DeviceInfo info = Cpu.info(spec.text(), threads);
    MemoryLimit limit = spec.memoryLimit(MemoryLimit.of(info.memoryBytes()));
    return new OneDnnDevice(info, limit, OneDnnLibrary.get(), threads, spec.weightMemory());
  }

  private static int cores() {
    return Runtime.getRuntime().availableProcessors();
  }
}
