package dev.tandem.kernels.opencl;

import dev.tandem.devices.DeviceDetails;
import dev.tandem.devices.DeviceInfo;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/**
 * An OpenCL device or sub-device and what kernels and users need to know of it.
 *
 * @param index its number among the devices found, best first
 * @param name the hardware's own name
 * @param hardware tells whether two platforms show the same hardware: UUID, PCI address, or that it
 *     is the host's processor; empty where nothing is known
 * @param memoryBytes all device memory, bytes
 * @param maxAllocation largest single buffer, bytes
 * @param localMemory local memory of a work-group, bytes
 * @param addressAlign alignment of sub-buffers and arena offsets, bytes
 * @param vectorWidth floats in a vector register; 1 on devices without
 * @param unified true if host and device share their memory
 * @param fp16 true if 16-bit floats can be computed with ({@code cl_khr_fp16})
 * @param fma true if the fused multiply-add is fast
 * @param parts how many equal one-unit sub-devices it can be cut into; 0 if none
 */
record ClDevice(
    int index,
    cl_platform_id platform,
    cl_device_id handle,
    String name,
    String vendor,
    String platformName,
    String driver,
    String hardware,
    DeviceInfo.Type type,
    int computeUnits,
    long memoryBytes,
    long maxAllocation,
    long localMemory,
    long maxWorkGroup,
    int addressAlign,
    int vectorWidth,
    boolean unified,
    boolean fp16,
    boolean fma,
    int parts) {
  // Numbers of extensions that JOCL 2.0.6 does not name.
  private static final int CL_DEVICE_UUID_KHR = 0x106A;
  private static final int CL_DEVICE_PCI_BUS_INFO_KHR = 0x410F;

  static ClDevice of(int index, cl_platform_id platform, cl_device_id d) {
    String extensions = " " + ClInfo.text(d, CL.CL_DEVICE_EXTENSIONS) + " ";
    String vendor = ClInfo.text(d, CL.CL_DEVICE_VENDOR);
    HardwareFacts facts = HardwareFacts.of(d, extensions);
    DeviceInfo.Type type = facts.type();
    String version = ClInfo.text(d, CL.CL_DEVICE_VERSION);
    return new ClDevice(
        index,
        platform,
        d,
        ClInfo.text(d, CL.CL_DEVICE_NAME),
        vendor,
        ClInfo.text(platform, CL.CL_PLATFORM_NAME),
        version + ", driver " + ClInfo.text(d, CL.CL_DRIVER_VERSION),
        hardware(d, extensions, type),
        type,
        ClInfo.integer(d, CL.CL_DEVICE_MAX_COMPUTE_UNITS),
        ClInfo.number(d, CL.CL_DEVICE_GLOBAL_MEM_SIZE),
        ClInfo.number(d, CL.CL_DEVICE_MAX_MEM_ALLOC_SIZE),
        ClInfo.number(d, CL.CL_DEVICE_LOCAL_MEM_SIZE),
        ClInfo.number(d, CL.CL_DEVICE_MAX_WORK_GROUP_SIZE),
        Math.max(64, ClInfo.integer(d, CL.CL_DEVICE_MEM_BASE_ADDR_ALIGN) / 8),
        Math.max(1, ClInfo.integer(d, CL.CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT)),
        facts.unified() && type != DeviceInfo.Type.DISCRETE_GPU,
        extensions.contains(" cl_khr_fp16 "),
        (ClInfo.number(d, CL.CL_DEVICE_SINGLE_FP_CONFIG) & CL.CL_FP_FMA) != 0,
        parts(d));
  }

  private static String hardware(cl_device_id d, String extensions, DeviceInfo.Type type) {
    if (type == DeviceInfo.Type.CPU) {
      return DeviceDetails.HOST_PROCESSOR; // before any UUID, which not every driver tells
    }
    if (extensions.contains(" cl_khr_device_uuid ")) {
      return "uuid " + HexFormat.of().formatHex(ClInfo.bytes(d, CL_DEVICE_UUID_KHR));
    }
    if (extensions.contains(" cl_khr_pci_bus_info ")) {
      return "pci " + HexFormat.of().formatHex(ClInfo.bytes(d, CL_DEVICE_PCI_BUS_INFO_KHR));
    }
    return "";
  }

  private static int parts(cl_device_id d) {
    try {
      int most = ClInfo.integer(d, CL.CL_DEVICE_PARTITION_MAX_SUB_DEVICES);
      byte[] ways = ClInfo.bytes(d, CL.CL_DEVICE_PARTITION_PROPERTIES);
      for (int i = 0; i + 1 < ways.length; i += 8) {
        int low = (ways[i] & 0xff) | (ways[i + 1] & 0xff) << 8;
        if (low == CL.CL_DEVICE_PARTITION_EQUALLY) {
          return most;
        }
      }
      return 0;
    } catch (CLException e) {
      return 0; // OpenCL 1.1 knows no partitions
    }
  }

  String id() {
    return "opencl:" + index;
  }

  boolean isCpu() {
    return type == DeviceInfo.Type.CPU;
  }

  /** What selectors compare: lower case, words joined by single dashes. */
  static String slug(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
  }

  /** Ids of its equal one-unit sub-devices. */
  List<String> partIds() {
    return IntStream.range(0, parts).mapToObj(i -> id() + "." + i).toList();
  }

  DeviceInfo info(String id) {
    return new DeviceInfo(id, name, type, computeUnits, memoryBytes, platformName + ", " + driver);
  }
}
