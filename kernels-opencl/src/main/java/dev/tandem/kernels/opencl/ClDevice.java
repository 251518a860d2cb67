package dev.tandem.kernels.opencl;

import dev.tandem.devices.DeviceDetails;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.kernels.opencl.plan.DeviceTraits;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jocl.CL;
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
 * @param dot true if OpenCL C has products of four whole numbers at once ({@code
 *     cl_khr_integer_dot_product})
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
    boolean dot,
    int parts) {
  // Numbers of extensions that JOCL 2.0.6 does not name.
  private static final int CL_DEVICE_UUID_KHR = 0x106A;
  private static final int CL_DEVICE_PCI_BUS_INFO_KHR = 0x410F;

  private static final Pattern VERSION = Pattern.compile("^OpenCL (\\d{1,3}\\.\\d{1,3})\\b");
  private static final double LEAST_VERSION = 1.2;

  /** A device that answers, but cannot be used; the message says why. */
  static final class UnusableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private UnusableException(String message) {
      super(message);
    }
  }

  /**
   * Asks a device about itself.
   *
   * @throws UnusableException if it could not be used as it is
   */
  static ClDevice of(ClCalls calls, cl_platform_id platform, cl_device_id handle) {
    ClInfo d = new ClInfo(calls, handle);
    String version = usableVersion(d);
    String extensions = " " + d.text(CL.CL_DEVICE_EXTENSIONS) + " ";
    HardwareFacts facts = HardwareFacts.of(d, extensions);
    DeviceInfo.Type type = facts.type();
    return new ClDevice(
        0,
        platform,
        handle,
        facts.name(),
        facts.vendor(),
        ClInfo.platformName(calls, platform),
        version + ", driver " + d.text(CL.CL_DRIVER_VERSION),
        hardware(d, extensions, type),
        type,
        atLeastOne("compute units", d.integer(CL.CL_DEVICE_MAX_COMPUTE_UNITS)),
        atLeastOne("bytes of memory", d.number(CL.CL_DEVICE_GLOBAL_MEM_SIZE)),
        atLeastOne("bytes in a buffer", d.number(CL.CL_DEVICE_MAX_MEM_ALLOC_SIZE)),
        d.number(CL.CL_DEVICE_LOCAL_MEM_SIZE),
        atLeastOne("work-items in a group", d.number(CL.CL_DEVICE_MAX_WORK_GROUP_SIZE)),
        Math.max(64, d.integer(CL.CL_DEVICE_MEM_BASE_ADDR_ALIGN) / 8),
        Math.max(1, d.integer(CL.CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT)),
        facts.unified() && type != DeviceInfo.Type.DISCRETE_GPU,
        extensions.contains(" cl_khr_fp16 "),
        (d.number(CL.CL_DEVICE_SINGLE_FP_CONFIG) & CL.CL_FP_FMA) != 0,
        extensions.contains(" cl_khr_integer_dot_product ")
            && d.optional(ClDevice::isC3).orElse(false),
        d.optional(ClDevice::parts).orElse(0)); // OpenCL 1.1 knew no partitions
  }

  /** Its version, where it is one that kernels can be built for and that can be used now. */
  private static String usableVersion(ClInfo d) {
    if (!d.flag(CL.CL_DEVICE_AVAILABLE)) {
      throw new UnusableException("its driver says that it is not available now");
    }
    if (!d.flag(CL.CL_DEVICE_COMPILER_AVAILABLE)) {
      throw new UnusableException("its driver has no compiler for kernels");
    }
    String version = d.text(CL.CL_DEVICE_VERSION);
    Matcher m = VERSION.matcher(version);
    if (!m.find() || Double.parseDouble(m.group(1)) < LEAST_VERSION) {
      throw new UnusableException("its version is '" + version + "', but it must be at least 1.2");
    }
    return version;
  }

  private static boolean isC3(ClInfo d) {
    return d.text(CL.CL_DEVICE_OPENCL_C_VERSION).startsWith("OpenCL C 3");
  }

  private static int atLeastOne(String what, int value) {
    return Math.toIntExact(atLeastOne(what, (long) value));
  }

  private static long atLeastOne(String what, long value) {
    if (value < 1) {
      throw new UnusableException("its driver says that it has " + value + " " + what);
    }
    return value;
  }

  private static String hardware(ClInfo d, String extensions, DeviceInfo.Type type) {
    if (type == DeviceInfo.Type.CPU) {
      return DeviceDetails.HOST_PROCESSOR; // before any UUID, which not every driver tells
    }
    Optional<String> found = Optional.empty();
    if (extensions.contains(" cl_khr_device_uuid ")) {
      found = d.optional(x -> "uuid " + HexFormat.of().formatHex(x.bytes(CL_DEVICE_UUID_KHR)));
    }
    if (found.isEmpty() && extensions.contains(" cl_khr_pci_bus_info ")) {
      found =
          d.optional(x -> "pci " + HexFormat.of().formatHex(x.bytes(CL_DEVICE_PCI_BUS_INFO_KHR)));
    }
    return found.orElse("");
  }

  private static int parts(ClInfo d) {
    int most = d.integer(CL.CL_DEVICE_PARTITION_MAX_SUB_DEVICES);
    byte[] ways = d.bytes(CL.CL_DEVICE_PARTITION_PROPERTIES);
    for (int i = 0; i + 1 < ways.length; i += 8) {
      int low = (ways[i] & 0xff) | (ways[i + 1] & 0xff) << 8;
      if (low == CL.CL_DEVICE_PARTITION_EQUALLY) {
        return most;
      }
    }
    return 0;
  }

  /** The same device with its number. */
  ClDevice numbered(int number) {
    return new ClDevice(
        number,
        platform,
        handle,
        name,
        vendor,
        platformName,
        driver,
        hardware,
        type,
        computeUnits,
        memoryBytes,
        maxAllocation,
        localMemory,
        maxWorkGroup,
        addressAlign,
        vectorWidth,
        unified,
        fp16,
        fma,
        dot,
        parts);
  }

  /** What the choice of kernels depends on. */
  DeviceTraits traits() {
    return new DeviceTraits(
        name, vendor, type, computeUnits, vectorWidth, localMemory, addressAlign, fma, dot);
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
