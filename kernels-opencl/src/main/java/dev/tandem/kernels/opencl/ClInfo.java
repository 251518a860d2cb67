package dev.tandem.kernels.opencl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/** Typed answers of a device to {@code clGetDeviceInfo}. */
record ClInfo(ClCalls calls, cl_device_id device) {

  /** What the platform calls itself. */
  static String platformName(ClCalls calls, cl_platform_id platform) {
    return string(calls.info(platform, CL.CL_PLATFORM_NAME));
  }

  String text(int what) {
    return string(bytes(what));
  }

  int integer(int what) {
    return (int) Math.min(Integer.MAX_VALUE, number(what));
  }

  boolean flag(int what) {
    return number(what) != 0;
  }

  /**
   * A {@code cl_uint}, {@code cl_bool}, {@code cl_ulong}, {@code cl_bitfield} or {@code size_t}.
   */
  long number(int what) {
    byte[] bytes = Arrays.copyOf(bytes(what), Long.BYTES); // shorter ones are unsigned
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getLong();
  }

  byte[] bytes(int what) {
    return calls.info(device, what);
  }

  /** The answer to what not every driver knows, even where it names the extension. */
  <T> Optional<T> optional(Function<ClInfo, T> question) {
    try {
      return Optional.of(question.apply(this));
    } catch (CLException e) {
      return Optional.empty();
    }
  }

  private static String string(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    String text = new String(bytes, 0, end, StandardCharsets.UTF_8);
    return text.replaceAll("\\p{Cntrl}+", " ").strip();
  }
}
