package dev.tandem.kernels.tornado;

import dev.tandem.devices.DeviceDetails;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.MemoryLimit;
import java.util.List;
import java.util.Optional;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/**
 * A device as TornadoVM sees it.
 *
 * @param index its number among all
 * @param type a GPU counts as discrete: TornadoVM does not tell
 */
record FoundDevice(int index, TornadoDevice device, DeviceInfo.Type type) {

  static FoundDevice of(int index, TornadoDevice device) {
    return new FoundDevice(index, device, type(device.getDeviceType()));
  }

  private static DeviceInfo.Type type(TornadoDeviceType t) {
    return switch (t) {
      case CPU -> DeviceInfo.Type.CPU;
      case GPU -> DeviceInfo.Type.DISCRETE_GPU;
      default -> DeviceInfo.Type.ACCELERATOR;
    };
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

  int computeUnits() {
    return Math.max(1, device.getPhysicalDevice().getDeviceMaxComputeUnits());
  }

  long localMemory() {
    return device.getPhysicalDevice().getDeviceLocalMemorySize();
  }

  MemoryLimit memory() {
    return new MemoryLimit(
        Math.max(1, device.getMaxGlobalMemory()), Math.max(1, device.getMaxAllocMemory()));
  }

  DeviceInfo info(String as, long memoryBytes) {
    return new DeviceInfo(
        as,
        name(),
        type,
        computeUnits(),
        memoryBytes,
        "TornadoVM, " + backend() + ", " + platform());
  }

  DeviceDetails details() {
    boolean cpu = type == DeviceInfo.Type.CPU;
    return new DeviceDetails(
        info(id(), memory().total()),
        Optional.empty(),
        Optional.of("TornadoVM, " + platform()),
        DeviceDetails.F16.STORAGE,
        cpu,
        memory().largest(),
        cpu ? DeviceDetails.HOST_PROCESSOR : "",
        List.of(),
        List.of());
  }
}
