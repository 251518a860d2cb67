package dev.tandem.kernels.tornado;

import dev.tandem.devices.DeviceDetails;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.MemoryLimit;
import dev.tandem.kernels.opencl.OpenClTwin;
import dev.tandem.kernels.opencl.plan.DeviceTraits;
import java.util.List;
import java.util.Optional;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/**
 * A device as TornadoVM sees it.
 *
 * @param index its number among all
 * @param twin the same hardware as this project's OpenCL device, if it is one
 */
record FoundDevice(int index, TornadoDevice device, Optional<OpenClTwin> twin) {
  private static final int ALIGNMENT = 128;
  private static final int VECTOR = 4;

  static FoundDevice of(int index, TornadoDevice device) {
    boolean openCl = device.getTornadoVMBackend() == TornadoVMBackendType.OPENCL;
    Optional<String> platform = Optional.of(device.getPlatformName()).filter(_ -> openCl);
    String name = device.getPhysicalDevice().getDeviceName();
    return new FoundDevice(index, device, OpenClTwin.of(name, platform));
  }

  String id() {
    return "tornado:" + index;
  }

  String name() {
    return device.getPhysicalDevice().getDeviceName();
  }

  /** What TornadoVM translates kernels to, for example {@code OPENCL}. */
  String backend() {
    return device.getTornadoVMBackend().name();
  }

  /** What drives it, for example {@code Portable Computing Language}. */
  String platform() {
    return device.getPlatformName();
  }

  boolean openCl() {
    return device.getTornadoVMBackend() == TornadoVMBackendType.OPENCL;
  }

  /** Its twin's; where it has none a GPU counts as discrete, as TornadoVM does not tell. */
  DeviceInfo.Type type() {
    return twin.map(t -> t.details().info().type())
        .orElseGet(
            () ->
                switch (device.getDeviceType()) {
                  case CPU -> DeviceInfo.Type.CPU;
                  case GPU -> DeviceInfo.Type.DISCRETE_GPU;
                  default -> DeviceInfo.Type.ACCELERATOR;
                });
  }

  private int computeUnits() {
    return Math.max(1, device.getPhysicalDevice().getDeviceMaxComputeUnits());
  }

  long localMemory() {
    return device.getPhysicalDevice().getDeviceLocalMemorySize();
  }

  MemoryLimit memory() {
    return new MemoryLimit(
        Math.max(1, device.getMaxGlobalMemory()), Math.max(1, device.getMaxAllocMemory()));
  }

  /** What the project's own kernels are chosen by. */
  DeviceTraits traits() {
    return twin.map(OpenClTwin::traits)
        .orElseGet(
            () ->
                new DeviceTraits(
                    name(),
                    "",
                    type(),
                    computeUnits(),
                    VECTOR,
                    localMemory(),
                    ALIGNMENT,
                    true,
                    false));
  }

  DeviceInfo info(long memoryBytes) {
    String driver = "TornadoVM, " + backend() + ", " + platform();
    return new DeviceInfo(id(), name(), type(), computeUnits(), memoryBytes, driver);
  }

  DeviceDetails details() {
    boolean cpu = type() == DeviceInfo.Type.CPU;
    return new DeviceDetails(
        info(memory().total()),
        twin.flatMap(t -> t.details().vendor()),
        Optional.of("TornadoVM, " + platform()),
        DeviceDetails.F16.STORAGE,
        twin.map(t -> t.details().unifiedMemory()).orElse(cpu),
        memory().largest(),
        twin.map(t -> t.details().hardware()).orElse(cpu ? DeviceDetails.HOST_PROCESSOR : ""),
        List.of(),
        twin
            .map(t -> t.details().info().id() + " through " + t.details().platform().orElse(""))
            .stream()
            .toList());
  }
}
