package dev.tandem.kernels.opencl;

import dev.tandem.devices.DeviceInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/**
 * The OpenCL devices of this machine, best first; alike ones in the order of their platforms'
 * names, as the loader's own order may change.
 *
 * @param problem why there are none, one line; empty if there are
 */
record Discovery(List<ClDevice> devices, String problem) {
  private static final int CL_PLATFORM_NOT_FOUND_KHR = -1001;

  Discovery {
    devices = List.copyOf(devices);
  }

  /** Looks for devices; a missing library or driver is a {@link #problem}, not an exception. */
  static Discovery now() {
    try {
      JoclLibrary.ofThisProcess().unpack();
      CL.setExceptionsEnabled(true);
      List<ClDevice> found = devicesOfAllPlatforms();
      return new Discovery(
          found, found.isEmpty() ? "OpenCL platforms are installed, but none has a device" : "");
    } catch (CLException e) {
      return new Discovery(
          List.of(),
          e.getStatus() == CL_PLATFORM_NOT_FOUND_KHR
              ? "no OpenCL driver is installed (on Debian: apt install pocl-opencl-icd)"
              : "OpenCL does not answer: " + e.getMessage());
    } catch (UnsatisfiedLinkError | UnsupportedOperationException | NoClassDefFoundError e) {
      return new Discovery(
          List.of(),
          "no OpenCL library is installed (on Debian: apt install ocl-icd-libopencl1"
              + " pocl-opencl-icd): "
              + e.getMessage());
    }
  }

  private static List<ClDevice> devicesOfAllPlatforms() {
    int[] count = new int[1];
    CL.clGetPlatformIDs(0, null, count);
    cl_platform_id[] platforms = new cl_platform_id[count[0]];
    CL.clGetPlatformIDs(platforms.length, platforms, null);
    List<ClDevice> all = new ArrayList<>();
    for (cl_platform_id p : platforms) {
      for (cl_device_id d : devices(p)) {
        all.add(ClDevice.of(0, p, d));
      }
    }
    all.sort(
        Comparator.comparingInt((ClDevice d) -> rank(d.type()))
            .thenComparing(ClDevice::platformName));
    List<ClDevice> numbered = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      numbered.add(ClDevice.of(i, all.get(i).platform(), all.get(i).handle()));
    }
    return numbered;
  }

  private static cl_device_id[] devices(cl_platform_id platform) {
    int[] count = new int[1];
    try {
      CL.clGetDeviceIDs(platform, CL.CL_DEVICE_TYPE_ALL, 0, null, count);
    } catch (CLException e) {
      if (e.getStatus() == CL.CL_DEVICE_NOT_FOUND) {
        return new cl_device_id[0];
      }
      throw e;
    }
    cl_device_id[] ids = new cl_device_id[count[0]];
    CL.clGetDeviceIDs(platform, CL.CL_DEVICE_TYPE_ALL, ids.length, ids, null);
    return ids;
  }

  private static int rank(DeviceInfo.Type type) {
    return switch (type) {
      case DISCRETE_GPU -> 0;
      case INTEGRATED_GPU -> 1;
      case ACCELERATOR -> 2;
      case CPU -> 3;
    };
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
