package dev.tandem.kernels.opencl;

import java.util.List;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/**
 * The few calls of OpenCL that finding devices takes. Each throws {@link org.jocl.CLException} with
 * the driver's status where that is not {@code CL_SUCCESS}.
 */
interface ClCalls {
  /** {@code clGetPlatformIDs}. */
  List<cl_platform_id> platforms();

  /** {@code clGetPlatformInfo}: the bytes of an answer. */
  byte[] info(cl_platform_id platform, int what);

  /**
   * {@code clGetDeviceIDs}.
   *
   * @param type the bits of a {@code cl_device_type}
   */
  List<cl_device_id> devices(cl_platform_id platform, long type);

  /** {@code clGetDeviceInfo}: the bytes of an answer. */
  byte[] info(cl_device_id device, int what);

  /** The installed drivers. */
  final class Installed implements ClCalls {
    /**
     * The drivers behind the OpenCL library of this machine.
     *
     * @throws LinkageError or {@link UnsupportedOperationException} if there is no such library
     */
    Installed() {
      JoclLibrary.ofThisProcess().unpack();
      CL.setExceptionsEnabled(true);
    }

    @Override
    public List<cl_platform_id> platforms() {
      int[] count = new int[1];
      CL.clGetPlatformIDs(0, null, count);
      cl_platform_id[] ids = new cl_platform_id[count[0]];
      if (ids.length > 0) { // asking for none of none is an error
        CL.clGetPlatformIDs(ids.length, ids, null);
      }
      return List.of(ids);
    }

    @Override
    public byte[] info(cl_platform_id platform, int what) {
      long[] size = new long[1];
      CL.clGetPlatformInfo(platform, what, 0, null, size);
      byte[] bytes = new byte[Math.toIntExact(size[0])];
      CL.clGetPlatformInfo(platform, what, bytes.length, Pointer.to(bytes), null);
      return bytes;
    }

    @Override
    public List<cl_device_id> devices(cl_platform_id platform, long type) {
      int[] count = new int[1];
      CL.clGetDeviceIDs(platform, type, 0, null, count);
      cl_device_id[] ids = new cl_device_id[count[0]];
      if (ids.length > 0) {
        CL.clGetDeviceIDs(platform, type, ids.length, ids, null);
      }
      return List.of(ids);
    }

    @Override
    public byte[] info(cl_device_id device, int what) {
      long[] size = new long[1];
      CL.clGetDeviceInfo(device, what, 0, null, size);
      byte[] bytes = new byte[Math.toIntExact(size[0])];
      CL.clGetDeviceInfo(device, what, bytes.length, Pointer.to(bytes), null);
      return bytes;
    }
  }
}
