package dev.tandem.kernels.opencl;

import java.nio.charset.StandardCharsets;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/** Typed answers to {@code clGetPlatformInfo} and {@code clGetDeviceInfo}. */
final class ClInfo {
  private ClInfo() {}

  static String text(cl_platform_id platform, int what) {
    long[] size = new long[1];
    CL.clGetPlatformInfo(platform, what, 0, null, size);
    byte[] bytes = new byte[Math.toIntExact(size[0])];
    CL.clGetPlatformInfo(platform, what, bytes.length, Pointer.to(bytes), null);
    return string(bytes);
  }

  static String text(cl_device_id device, int what) {
    return string(bytes(device, what));
  }

  static int integer(cl_device_id device, int what) {
    int[] v = new int[1];
    CL.clGetDeviceInfo(device, what, 4, Pointer.to(v), null);
    return v[0];
  }

  /** A {@code cl_ulong}, or a {@code size_t} of a 64-bit machine. */
  static long number(cl_device_id device, int what) {
    long[] v = new long[1];
    CL.clGetDeviceInfo(device, what, 8, Pointer.to(v), null);
    return v[0];
  }

  static byte[] bytes(cl_device_id device, int what) {
    long[] size = new long[1];
    CL.clGetDeviceInfo(device, what, 0, null, size);
    byte[] bytes = new byte[Math.toIntExact(size[0])];
    CL.clGetDeviceInfo(device, what, bytes.length, Pointer.to(bytes), null);
    return bytes;
  }

  private static String string(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8).strip();
  }
}
