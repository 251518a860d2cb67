package dev.tandem.kernels.opencl;

import dev.tandem.devices.DeviceInfo;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jocl.CL;

/**
 * What a driver says of the kind of hardware, and the kind that follows from it. Host and device
 * sharing memory is the usual sign of an integrated GPU, but some drivers report it wrongly: for
 * AMD's APUs ROCm did, depending on its version. What a vendor says of its own hardware comes
 * first.
 *
 * @param clType the bits of {@code CL_DEVICE_TYPE}
 * @param unified {@code CL_DEVICE_HOST_UNIFIED_MEMORY}
 * @param integratedNv {@code CL_DEVICE_INTEGRATED_MEMORY_NV}, where the driver knows it
 * @param boardNameAmd {@code CL_DEVICE_BOARD_NAME_AMD}, where the driver knows it
 */
record HardwareFacts(
    long clType,
    String vendor,
    String name,
    boolean unified,
    Optional<Boolean> integratedNv,
    Optional<String> boardNameAmd) {
  // Numbers of extensions that JOCL 2.0.6 does not name.
  private static final int CL_DEVICE_INTEGRATED_MEMORY_NV = 0x4006;
  private static final int CL_DEVICE_BOARD_NAME_AMD = 0x4038;

  /** Intel's discrete GPUs: Arc A and B cards, Iris Xe MAX, and those for data centres. */
  private static final Pattern INTEL_DISCRETE =
      Pattern.compile("\\barc (pro )?[ab]\\d{2,3}m?\\b|\\biris xe max\\b|\\bdata center gpu\\b");

  /** Intel's integrated GPUs; "Arc Graphics" without a number is one, too. */
  private static final Pattern INTEL_INTEGRATED =
      Pattern.compile("\\b(u?hd|iris|arc) (pro |plus |xe )?graphics\\b|\\barc \\d{3}[vtm]\\b");

  /** AMD's integrated GPUs: no name but Graphics, Vega with its number of units, 680M to 8060S. */
  private static final Pattern AMD_INTEGRATED =
      Pattern.compile(
          "^(amd )?radeon( graphics|( rx)? vega \\d{1,2} graphics|( r[2-7])? graphics"
              + "| \\d{3}m( graphics)?| 80\\d\\ds( graphics)?)$");

  private static final Pattern AMD_DISCRETE =
      Pattern.compile(
          "\\brx \\d|\\bradeon pro\\b|\\binstinct\\b|\\bradeon vii\\b|\\brx vega\\b|\\bw\\d{4}");

  @SuppressWarnings("deprecation") // nothing else tells shared memory before OpenCL 2.0's SVM
  static HardwareFacts of(ClInfo device, String extensions) {
    boolean nvidia = extensions.contains(" cl_nv_device_attribute_query ");
    boolean amd = extensions.contains(" cl_amd_device_attribute_query ");
    return new HardwareFacts(
        device.number(CL.CL_DEVICE_TYPE),
        device.text(CL.CL_DEVICE_VENDOR),
        device.text(CL.CL_DEVICE_NAME),
        device.optional(d -> d.flag(CL.CL_DEVICE_HOST_UNIFIED_MEMORY)).orElse(false),
        nvidia ? device.optional(d -> d.flag(CL_DEVICE_INTEGRATED_MEMORY_NV)) : Optional.empty(),
        amd ? device.optional(d -> d.text(CL_DEVICE_BOARD_NAME_AMD)) : Optional.empty());
  }

  /** The kind of hardware. */
  DeviceInfo.Type type() {
    if ((clType & CL.CL_DEVICE_TYPE_GPU) != 0) {
      return integrated() ? DeviceInfo.Type.INTEGRATED_GPU : DeviceInfo.Type.DISCRETE_GPU;
    }
    return (clType & CL.CL_DEVICE_TYPE_CPU) != 0
        ? DeviceInfo.Type.CPU
        : DeviceInfo.Type.ACCELERATOR;
  }

  private boolean integrated() {
    String by = vendor.toLowerCase(Locale.ROOT);
    if (integratedNv.isPresent()) {
      return integratedNv.get();
    }
    if (by.contains("apple") || by.startsWith("arm") || by.contains("qualcomm")) {
      return true; // they make no others
    }
    String called = plain(boardNameAmd.filter(b -> !b.isBlank()).orElse(name));
    if (by.contains("intel")) {
      return decide(called, INTEL_DISCRETE, INTEL_INTEGRATED);
    }
    if (by.contains("amd") || by.contains("advanced micro devices")) {
      return decide(called, AMD_DISCRETE, AMD_INTEGRATED);
    }
    return unified;
  }

  private boolean decide(String called, Pattern discrete, Pattern integrated) {
    return integrated.matcher(called).find() || (unified && !discrete.matcher(called).find());
  }

  /** Lower case, without trade marks and what a driver adds in brackets. */
  private static String plain(String text) {
    return text.toLowerCase(Locale.ROOT)
        .replaceAll("\\((r|tm)\\)", "")
        .replaceAll("\\([^)]*\\)", "")
        .replaceAll("\\s+", " ")
        .strip();
  }
}
