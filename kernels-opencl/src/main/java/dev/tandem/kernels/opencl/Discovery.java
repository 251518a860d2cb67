package dev.tandem.kernels.opencl;

import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.LeftOut;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/**
 * The OpenCL devices of this machine that can be used, best first: discrete GPUs, integrated GPUs,
 * accelerators, processors; alike ones in the order of their platforms' names and versions, as the
 * loader's own order may change, and those of one platform in the driver's order. Each platform and
 * each device is asked on its own: what fails is left out and hides no other.
 *
 * @param leftOut platforms and devices that are not among them, with the reason
 * @param problem why there are none, one line; empty if there are
 */
record Discovery(List<ClDevice> devices, List<LeftOut> leftOut, String problem) {
  private static final int CL_PLATFORM_NOT_FOUND_KHR = -1001;

  /** JOCL widens the 32 bits to the 64 of a {@code cl_bitfield} with their sign. */
  private static final long EVERY_TYPE = CL.CL_DEVICE_TYPE_ALL & 0xFFFF_FFFFL;

  private static final String NO_DRIVER =
      "no OpenCL driver is installed (on Debian: apt install pocl-opencl-icd)";

  Discovery {
    devices = List.copyOf(devices);
    leftOut = List.copyOf(leftOut);
  }

  /** Looks for devices; a missing library or driver is a {@link #problem}, not an exception. */
  static Discovery now() {
    return of(ClCalls.Installed::new);
  }

  /** Looks for devices with the calls of a library, which may be missing. */
  static Discovery of(Supplier<ClCalls> library) {
    try {
      return new Search(library.get()).found();
    } catch (CLException e) {
      return none(
          e.getStatus() == CL_PLATFORM_NOT_FOUND_KHR
              ? NO_DRIVER
              : "OpenCL does not answer: " + reason(e));
    } catch (LinkageError | UnsupportedOperationException e) {
      return none(
          "no OpenCL library is installed (on Debian: apt install ocl-icd-libopencl1"
              + " pocl-opencl-icd): "
              + e.getMessage());
    }
  }

  private static Discovery none(String problem) {
    return new Discovery(List.of(), List.of(), problem);
  }

  private static String reason(RuntimeException e) {
    return e instanceof CLException c
        ? c.getMessage() + " (" + c.getStatus() + ")"
        : e instanceof ClDevice.UnusableException ? e.getMessage() : e.toString();
  }

  /** Asks one platform after the other. */
  private static final class Search {
    private final ClCalls calls;
    private final List<ClDevice> usable = new ArrayList<>();
    private final List<LeftOut> leftOut = new ArrayList<>();

    private Search(ClCalls calls) {
      this.calls = calls;
    }

    private Discovery found() {
      List<cl_platform_id> platforms = calls.platforms();
      for (int i = 0; i < platforms.size(); i++) {
        ask(platforms.get(i), i);
      }
      usable.sort(
          Comparator.comparingInt((ClDevice d) -> rank(d.type()))
              .thenComparing(ClDevice::platformName)
              .thenComparing(ClDevice::driver));
      List<ClDevice> numbered = new ArrayList<>();
      usable.forEach(d -> numbered.add(d.numbered(numbered.size())));
      return new Discovery(numbered, leftOut, problem(platforms.isEmpty()));
    }

    private void ask(cl_platform_id platform, int number) {
      String name = "platform " + number;
      try {
        name = ClInfo.platformName(calls, platform);
        List<cl_device_id> devices = calls.devices(platform, EVERY_TYPE);
        if (devices.isEmpty()) {
          leaveOut(name, name, withoutDevice(name), false);
        }
        for (cl_device_id device : devices) {
          ask(platform, name, device);
        }
      } catch (CLException e) {
        boolean none = e.getStatus() == CL.CL_DEVICE_NOT_FOUND;
        leaveOut(name, name, none ? withoutDevice(name) : reason(e), !none);
      } catch (RuntimeException e) { // a driver that answers nonsense: its own trouble only
        leaveOut(name, name, reason(e), true);
      }
    }

    private void ask(cl_platform_id platform, String platformName, cl_device_id device) {
      String name = "a device of " + platformName;
      try {
        name = new ClInfo(calls, device).text(CL.CL_DEVICE_NAME);
        usable.add(ClDevice.of(calls, platform, device));
      } catch (RuntimeException e) {
        leaveOut(name, name + ", " + platformName, reason(e), true);
      }
    }

    private void leaveOut(String selector, String name, String reason, boolean failed) {
      leftOut.add(new LeftOut("opencl:" + ClDevice.slug(selector), name, reason, failed));
    }

    /** Mesa's newer OpenCL shows no device unasked. */
    private static String withoutDevice(String platform) {
      return platform.equals("rusticl")
          ? "it has no device; it offers those whose drivers the variable RUSTICL_ENABLE names"
              + " (such as radeonsi, iris, nouveau or llvmpipe)"
          : "it has no device";
    }

    private String problem(boolean noPlatform) {
      if (!usable.isEmpty()) {
        return "";
      }
      return noPlatform
          ? NO_DRIVER
          : "no OpenCL platform has a device that can be used: "
              + leftOut.stream()
                  .map(l -> l.name() + ": " + l.reason())
                  .collect(Collectors.joining("; "));
    }
  }

  private static int rank(DeviceInfo.Type type) {
    return switch (type) {
      case DISCRETE_GPU -> 0;
      case INTEGRATED_GPU -> 1;
      case ACCELERATOR -> 2;
      case CPU -> 3;
    };
  }

  /** What was left out by this name, as a selector says it. */
  Optional<LeftOut> leftOut(String selector) {
    String id = "opencl:" + ClDevice.slug(selector);
    return leftOut.stream().filter(l -> l.id().equals(id)).findFirst();
  }

  /** Other devices that are the same hardware seen through another platform. */
  List<ClDevice> twins(ClDevice of) {
    return devices.stream().filter(d -> d.index() != of.index() && pair(d, of)).toList();
  }

  private static boolean pair(ClDevice a, ClDevice b) {
    return !a.hardware().isEmpty()
        && a.hardware().equals(b.hardware())
        && !a.platformName().equals(b.platformName());
  }
}
