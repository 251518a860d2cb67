package dev.tandem.kernels.opencl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/** OpenCL drivers that answer as they are told; their devices are good ones until then. */
final class FakeDrivers implements ClCalls {
  /** Asked of a platform's devices, in {@link #fail}. */
  static final int DEVICES = -1;

  private static final long NAMED_TYPES = 0b11111; // CL_DEVICE_TYPE_DEFAULT to CUSTOM

  private final IdentityHashMap<cl_platform_id, List<cl_device_id>> platforms =
      new IdentityHashMap<>(); // all ids without a pointer are equal
  private final List<cl_platform_id> order = new ArrayList<>();
  private final IdentityHashMap<Object, Map<Integer, Object>> answers = new IdentityHashMap<>();

  cl_platform_id platform(String name) {
    cl_platform_id p = new cl_platform_id();
    order.add(p);
    platforms.put(p, new ArrayList<>());
    answer(p, CL.CL_PLATFORM_NAME, name);
    return p;
  }

  cl_device_id device(cl_platform_id of, String name, long type) {
    cl_device_id d = new cl_device_id();
    platforms.get(of).add(d);
    answer(d, CL.CL_DEVICE_NAME, name);
    answer(d, CL.CL_DEVICE_VENDOR, "vendor");
    answer(d, CL.CL_DEVICE_TYPE, type);
    answer(d, CL.CL_DEVICE_EXTENSIONS, "cl_khr_icd");
    answer(d, CL.CL_DEVICE_VERSION, "OpenCL 3.0 fake");
    answer(d, CL.CL_DRIVER_VERSION, "1");
    answer(d, CL.CL_DEVICE_AVAILABLE, 1);
    answer(d, CL.CL_DEVICE_COMPILER_AVAILABLE, 1);
    answer(d, CL.CL_DEVICE_MAX_COMPUTE_UNITS, 4);
    answer(d, CL.CL_DEVICE_GLOBAL_MEM_SIZE, 8L << 30);
    answer(d, CL.CL_DEVICE_MAX_MEM_ALLOC_SIZE, 2L << 30);
    answer(d, CL.CL_DEVICE_LOCAL_MEM_SIZE, 32L << 10);
    answer(d, CL.CL_DEVICE_MAX_WORK_GROUP_SIZE, 256L);
    answer(d, CL.CL_DEVICE_MEM_BASE_ADDR_ALIGN, 1024);
    answer(d, CL.CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, 8);
    answer(d, CL.CL_DEVICE_SINGLE_FP_CONFIG, CL.CL_FP_FMA);
    return d;
  }

  /** A text, a 32-bit or a 64-bit number. */
  void answer(Object of, int what, Object value) {
    answers.computeIfAbsent(of, x -> new HashMap<>()).put(what, value);
  }

  void fail(Object of, int what, int status) {
    answer(of, what, new CLException(CL.stringFor_errorCode(status), status));
  }

  @Override
  public List<cl_platform_id> platforms() {
    return List.copyOf(order);
  }

  /** As Mesa does it: bits that name no type are refused. */
  @Override
  public List<cl_device_id> devices(cl_platform_id platform, long type) {
    if (type != 0xFFFF_FFFFL && (type & ~NAMED_TYPES) != 0) {
      throw new CLException("CL_INVALID_DEVICE_TYPE", CL.CL_INVALID_DEVICE_TYPE);
    }
    Object told = answers.get(platform).get(DEVICES);
    if (told instanceof RuntimeException e) {
      throw e;
    }
    return platforms.get(platform);
  }

  @Override
  public byte[] info(cl_platform_id platform, int what) {
    return bytes(answers.get(platform).get(what));
  }

  @Override
  public byte[] info(cl_device_id device, int what) {
    return bytes(answers.get(device).get(what));
  }

  private static byte[] bytes(Object answer) {
    ByteBuffer b = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
    return switch (answer) {
      case RuntimeException e -> throw e;
      case Integer i -> java.util.Arrays.copyOf(b.putInt(i).array(), 4);
      case Long l -> b.putLong(l).array();
      case String s -> (s + "\0").getBytes(StandardCharsets.UTF_8);
      case null, default -> throw new CLException("CL_INVALID_VALUE", CL.CL_INVALID_VALUE);
    };
  }
}
