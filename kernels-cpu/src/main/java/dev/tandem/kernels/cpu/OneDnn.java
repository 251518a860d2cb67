package dev.tandem.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tandem.devices.DeviceException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.EnumMap;
import java.util.Map;

/**
 * The part of oneDNN's C API that the device uses, through the FFM API. Objects of the library are
 * their addresses; 0 is "none". A call that fails throws {@link DeviceException} with the
 * function's name and oneDNN's status. Constants and semantics: oneDNN's {@code dnnl_types.h} and
 * {@code dnnl.h}.
 */
@SuppressWarnings("restricted") // calling native functions is what this class is for
final class OneDnn {
  static final int F16 = 1;
  static final int BF16 = 2;
  static final int F32 = 3;
  static final int S8 = 5;
  static final int U8 = 6;
  static final int FORWARD_TRAINING = 64;
  static final int FORWARD_INFERENCE = 96;
  static final int USE_SCALE_AND_SHIFT = 6;

  static final int CONVOLUTION_DIRECT = 1;
  static final int ELTWISE_RELU = 0x20;
  static final int ELTWISE_TANH = 0x21;
  static final int ELTWISE_LINEAR = 0x26;
  static final int ELTWISE_SWISH = 0x2c;
  static final int ELTWISE_CLIP = 0x2e;
  static final int ELTWISE_GELU_ERF = 0x31;
  static final int BINARY_ADD = 0x1fff0;
  static final int BINARY_MUL = 0x1fff1;
  static final int BINARY_SUB = 0x1fff5;
  static final int RESAMPLING_NEAREST = 0x2fff0;
  static final int SOFTMAX_ACCURATE = 0x30000;

  static final int ARG_SRC = 1;
  static final int ARG_SRC_1 = 2;
  static final int ARG_DST = 17;
  static final int ARG_WEIGHTS = 33;
  static final int ARG_BIAS = 41;
  static final int ARG_MEAN = 49;
  static final int ARG_VARIANCE = 50;
  static final int ARG_SCALE = 51;
  static final int ARG_SHIFT = 52;
  static final int ARG_SCRATCHPAD = 80;
  static final int ARG_MULTIPLE_SRC = 1024;
  static final int ARG_SCALES = 4096;

  /** Memory descriptors of a primitive, for {@link #layoutOf}. */
  static final int QUERY_SOURCE = 129;

  static final int QUERY_WEIGHTS = 131;

  static final int QUERY_SCRATCHPAD = 136;

  /** {@code dnnl_cpu_isa_avx2_vnni} and {@code dnnl_cpu_isa_avx512_core_vnni}, what they add. */
  private static final int VNNI = 0x08 | 0x40;

  private static final int QUERY_IMPLEMENTATION = 8;
  private static final int QUERY_TYPE = 258;
  private static final int CPU = 1;
  private static final int IN_ORDER = 1;
  private static final int ANY_LAYOUT = 1;
  private static final int SCRATCHPAD_BY_USER = 1;

  private static final String[] STATUS = {
    "success",
    "out of memory",
    "invalid arguments",
    "unimplemented",
    "last implementation reached",
    "runtime error",
    "not required"
  };

  /** What the library makes and is given back. */
  enum Kind {
    ENGINE("engine"),
    STREAM("stream"),
    LAYOUT("memory_desc"),
    MEMORY("memory"),
    ATTRIBUTES("primitive_attr"),
    POST_OPS("post_ops"),
    DESCRIPTOR("primitive_desc"),
    PRIMITIVE("primitive");

    private final String prefix;

    Kind(String prefix) {
      this.prefix = prefix;
    }
  }

  private final SymbolLookup library;
  private final Map<Kind, MethodHandle> destroy = new EnumMap<>(Kind.class);
  private final String version;
  private final MethodHandle engineCreate;
  private final MethodHandle streamCreate;
  private final MethodHandle layoutByStrides;
  private final MethodHandle layoutByTag;
  private final MethodHandle layoutWithin;
  private final MethodHandle layoutQuery;
  private final MethodHandle layoutEqual;
  private final MethodHandle layoutSize;
  private final MethodHandle memoryCreate;
  private final MethodHandle memorySet;
  private final MethodHandle attributesCreate;
  private final MethodHandle attributesScratchpad;
  private final MethodHandle attributesPostOps;
  private final MethodHandle attributesScales;
  private final MethodHandle postOpsCreate;
  private final MethodHandle postOpsSum;
  private final MethodHandle postOpsEltwise;
  private final MethodHandle postOpsBinary;
  private final MethodHandle convolution;
  private final MethodHandle matMul;
  private final MethodHandle eltwise;
  private final MethodHandle binary;
  private final MethodHandle softmax;
  private final MethodHandle layerNorm;
  private final MethodHandle batchNorm;
  private final MethodHandle concat;
  private final MethodHandle resampling;
  private final MethodHandle reorder;
  private final MethodHandle query;
  private final MethodHandle queryLayout;
  private final MethodHandle primitiveCreate;
  private final MethodHandle primitiveExecute;

  OneDnn(SymbolLookup library) {
    this.library = library;
    for (Kind kind : Kind.values()) {
      destroy.put(kind, bind(JAVA_INT, kind.prefix + "_destroy", JAVA_LONG));
    }
    engineCreate = bind(JAVA_INT, "engine_create", ADDRESS, JAVA_INT, JAVA_LONG);
    streamCreate = bind(JAVA_INT, "stream_create", ADDRESS, JAVA_LONG, JAVA_INT);
    layoutByStrides =
        bind(
            JAVA_INT,
            "memory_desc_create_with_strides",
            ADDRESS,
            JAVA_INT,
            ADDRESS,
            JAVA_INT,
            ADDRESS);
    layoutByTag =
        bind(
            JAVA_INT,
            "memory_desc_create_with_tag",
            ADDRESS,
            JAVA_INT,
            ADDRESS,
            JAVA_INT,
            JAVA_INT);
    layoutWithin =
        bind(JAVA_INT, "memory_desc_create_submemory", ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);
    layoutQuery = bind(JAVA_INT, "memory_desc_query", JAVA_LONG, JAVA_INT, ADDRESS);
    layoutEqual = bind(JAVA_INT, "memory_desc_equal", JAVA_LONG, JAVA_LONG);
    layoutSize = bind(JAVA_LONG, "memory_desc_get_size", JAVA_LONG);
    memoryCreate = bind(JAVA_INT, "memory_create", ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    memorySet = bind(JAVA_INT, "memory_set_data_handle", JAVA_LONG, JAVA_LONG);
    attributesCreate = bind(JAVA_INT, "primitive_attr_create", ADDRESS);
    attributesScratchpad =
        bind(JAVA_INT, "primitive_attr_set_scratchpad_mode", JAVA_LONG, JAVA_INT);
    attributesScales =
        bind(JAVA_INT, "primitive_attr_set_scales_mask", JAVA_LONG, JAVA_INT, JAVA_INT);
    attributesPostOps = bind(JAVA_INT, "primitive_attr_set_post_ops", JAVA_LONG, JAVA_LONG);
    postOpsCreate = bind(JAVA_INT, "post_ops_create", ADDRESS);
    postOpsSum = bind(JAVA_INT, "post_ops_append_sum", JAVA_LONG, JAVA_FLOAT, JAVA_INT, JAVA_INT);
    postOpsEltwise =
        bind(JAVA_INT, "post_ops_append_eltwise", JAVA_LONG, JAVA_INT, JAVA_FLOAT, JAVA_FLOAT);
    postOpsBinary = bind(JAVA_INT, "post_ops_append_binary", JAVA_LONG, JAVA_INT, JAVA_LONG);
    convolution =
        bind(
            JAVA_INT,
            "convolution_forward_primitive_desc_create",
            ADDRESS,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            JAVA_LONG);
    matMul =
        bind(
            JAVA_INT,
            "matmul_primitive_desc_create",
            ADDRESS,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG);
    eltwise =
        bind(
            JAVA_INT,
            "eltwise_forward_primitive_desc_create",
            ADDRESS,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_FLOAT,
            JAVA_FLOAT,
            JAVA_LONG);
    binary =
        bind(
            JAVA_INT,
            "binary_primitive_desc_create",
            ADDRESS,
            JAVA_LONG,
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG);
    softmax =
        bind(
            JAVA_INT,
            "softmax_forward_primitive_desc_create",
            ADDRESS,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_INT,
            JAVA_LONG);
    layerNorm =
        bind(
            JAVA_INT,
            "layer_normalization_forward_primitive_desc_create",
            ADDRESS,
            JAVA_LONG,
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_FLOAT,
            JAVA_INT,
            JAVA_LONG);
    batchNorm =
        bind(
            JAVA_INT,
            "batch_normalization_forward_primitive_desc_create",
            ADDRESS,
            JAVA_LONG,
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_FLOAT,
            JAVA_INT,
            JAVA_LONG);
    concat =
        bind(
            JAVA_INT,
            "concat_primitive_desc_create",
            ADDRESS,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            ADDRESS,
            JAVA_LONG);
    resampling =
        bind(
            JAVA_INT,
            "resampling_forward_primitive_desc_create",
            ADDRESS,
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            ADDRESS,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG);
    reorder =
        bind(
            JAVA_INT,
            "reorder_primitive_desc_create",
            ADDRESS,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG);
    query = bind(JAVA_INT, "primitive_desc_query", JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS);
    queryLayout = bind(JAVA_LONG, "primitive_desc_query_md", JAVA_LONG, JAVA_INT, JAVA_INT);
    primitiveCreate = bind(JAVA_INT, "primitive_create", ADDRESS, JAVA_LONG);
    primitiveExecute =
        bind(JAVA_INT, "primitive_execute", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG);
    version = readVersion();
  }

  private MethodHandle bind(MemoryLayout result, String name, MemoryLayout... arguments) {
    return Linker.nativeLinker()
        .downcallHandle(
            library.findOrThrow("dnnl_" + name), FunctionDescriptor.of(result, arguments));
  }

  private String readVersion() {
    MethodHandle h =
        Linker.nativeLinker()
            .downcallHandle(library.findOrThrow("dnnl_version"), FunctionDescriptor.of(ADDRESS));
    try {
      MemorySegment v = ((MemorySegment) h.invokeExact()).reinterpret(12);
      return v.getAtIndex(JAVA_INT, 0)
          + "."
          + v.getAtIndex(JAVA_INT, 1)
          + "."
          + v.getAtIndex(JAVA_INT, 2);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /** The library's version, for example {@code 3.11.0}. */
  String version() {
    return version;
  }

  /**
   * Whether products of signed 8-bit numbers have exact sums: an x86 processor without VNNI adds
   * pairs of them in 16 bits, where they saturate, and oneDNN halves weights for it. Asked of
   * oneDNN, so {@code ONEDNN_MAX_CPU_ISA} counts; 0 is another architecture, which sums in 32 bits.
   */
  boolean signedSumsAreExact() {
    MethodHandle h =
        Linker.nativeLinker()
            .downcallHandle(
                library.findOrThrow("dnnl_get_effective_cpu_isa"), FunctionDescriptor.of(JAVA_INT));
    int isa = call(() -> (int) h.invokeExact());
    return isa == 0 || (isa & VNNI) != 0;
  }

  long engine() {
    return create("engine_create", out -> (int) engineCreate.invokeExact(out, CPU, 0L));
  }

  long stream(long engine) {
    return create("stream_create", out -> (int) streamCreate.invokeExact(out, engine, IN_ORDER));
  }

  /** A layout with the given strides, in elements. */
  long layout(int type, long[] dims, long[] strides) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment d = dims(arena, dims);
      MemorySegment s = dims(arena, strides);
      return create(
          "memory_desc_create_with_strides",
          out -> (int) layoutByStrides.invokeExact(out, dims.length, d, type, s));
    }
  }

  /** A layout that a primitive may choose. */
  long anyLayout(int type, long[] dims) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment d = dims(arena, dims);
      return create(
          "memory_desc_create_with_tag",
          out -> (int) layoutByTag.invokeExact(out, dims.length, d, type, ANY_LAYOUT));
    }
  }

  /** The layout of some of a layout's elements; its address is that of the whole. */
  long within(long layout, long[] dims, long[] offsets) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment d = dims(arena, dims);
      MemorySegment o = dims(arena, offsets);
      return create(
          "memory_desc_create_submemory", out -> (int) layoutWithin.invokeExact(out, layout, d, o));
    }
  }

  /** The type of a layout's elements. */
  int type(long layout) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_INT);
      check(
          "memory_desc_query", call(() -> (int) layoutQuery.invokeExact(layout, QUERY_TYPE, out)));
      return out.get(JAVA_INT, 0);
    }
  }

  boolean equal(long layout, long other) {
    return call(() -> (int) layoutEqual.invokeExact(layout, other)) != 0;
  }

  /** Bytes that a value of that layout takes, padding included. */
  long size(long layout) {
    try {
      return (long) layoutSize.invokeExact(layout);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  long memory(long engine, long layout, long address) {
    return create(
        "memory_create", out -> (int) memoryCreate.invokeExact(out, layout, engine, address));
  }

  void setAddress(long memory, long address) {
    check("memory_set_data_handle", call(() -> (int) memorySet.invokeExact(memory, address)));
  }

  /** Attributes with a caller-owned scratchpad. */
  long attributes() {
    long a = create("primitive_attr_create", out -> (int) attributesCreate.invokeExact(out));
    check(
        "primitive_attr_set_scratchpad_mode",
        call(() -> (int) attributesScratchpad.invokeExact(a, SCRATCHPAD_BY_USER)));
    return a;
  }

  /** Copies post-operations into attributes. */
  void setPostOps(long attributes, long postOps) {
    check(
        "primitive_attr_set_post_ops",
        call(() -> (int) attributesPostOps.invokeExact(attributes, postOps)));
  }

  /**
   * The values of an argument are multiplied by a scale.
   *
   * @param mask of the axes along which scales differ
   */
  void setScales(long attributes, int argument, int mask) {
    check(
        "primitive_attr_set_scales_mask",
        call(() -> (int) attributesScales.invokeExact(attributes, argument, mask)));
  }

  long postOps() {
    return create("post_ops_create", out -> (int) postOpsCreate.invokeExact(out));
  }

  /** Adds {@code factor} times what the destination held. */
  void appendSum(long postOps, float factor) {
    check("post_ops_append_sum", call(() -> (int) postOpsSum.invokeExact(postOps, factor, 0, 0)));
  }

  void appendEltwise(long postOps, int algorithm, float alpha, float beta) {
    check(
        "post_ops_append_eltwise",
        call(() -> (int) postOpsEltwise.invokeExact(postOps, algorithm, alpha, beta)));
  }

  void appendBinary(long postOps, int algorithm, long layout) {
    check(
        "post_ops_append_binary",
        call(() -> (int) postOpsBinary.invokeExact(postOps, algorithm, layout)));
  }

  long convolution(
      long engine,
      long src,
      long weights,
      long bias,
      long dst,
      long[] stride,
      long[] before,
      long[] after,
      long attributes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment s = dims(arena, stride);
      MemorySegment d = dims(arena, new long[stride.length]);
      MemorySegment b = dims(arena, before);
      MemorySegment a = dims(arena, after);
      return create(
          "convolution_forward_primitive_desc_create",
          out ->
              (int)
                  convolution.invokeExact(
                      out,
                      engine,
                      FORWARD_INFERENCE,
                      CONVOLUTION_DIRECT,
                      src,
                      weights,
                      bias,
                      dst,
                      s,
                      d,
                      b,
                      a,
                      attributes));
    }
  }

  long matMul(long engine, long src, long weights, long bias, long dst, long attributes) {
    return create(
        "matmul_primitive_desc_create",
        out -> (int) matMul.invokeExact(out, engine, src, weights, bias, dst, attributes));
  }

  long eltwise(
      long engine, int algorithm, long src, long dst, float alpha, float beta, long attributes) {
    return create(
        "eltwise_forward_primitive_desc_create",
        out ->
            (int)
                eltwise.invokeExact(
                    out, engine, FORWARD_INFERENCE, algorithm, src, dst, alpha, beta, attributes));
  }

  long binary(long engine, int algorithm, long a, long b, long dst, long attributes) {
    return create(
        "binary_primitive_desc_create",
        out -> (int) binary.invokeExact(out, engine, algorithm, a, b, dst, attributes));
  }

  long softmax(long engine, long src, long dst, int axis, long attributes) {
    return create(
        "softmax_forward_primitive_desc_create",
        out ->
            (int)
                softmax.invokeExact(
                    out, engine, FORWARD_INFERENCE, SOFTMAX_ACCURATE, src, dst, axis, attributes));
  }

  long layerNorm(long engine, long src, long dst, float eps, long attributes) {
    return create(
        "layer_normalization_forward_primitive_desc_create",
        out ->
            (int)
                layerNorm.invokeExact(
                    out,
                    engine,
                    FORWARD_INFERENCE,
                    src,
                    dst,
                    0L,
                    eps,
                    USE_SCALE_AND_SHIFT,
                    attributes));
  }

  /** Batch normalisation that also gives mean and variance of each channel. */
  long batchNorm(long engine, long src, long dst, float eps, long attributes) {
    return create(
        "batch_normalization_forward_primitive_desc_create",
        out ->
            (int)
                batchNorm.invokeExact(out, engine, FORWARD_TRAINING, src, dst, eps, 0, attributes));
  }

  long concat(long engine, long dst, int axis, long[] sources, long attributes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment s = dims(arena, sources);
      return create(
          "concat_primitive_desc_create",
          out -> (int) concat.invokeExact(out, engine, dst, sources.length, axis, s, attributes));
    }
  }

  long resampling(long engine, long src, long dst, long attributes) {
    return create(
        "resampling_forward_primitive_desc_create",
        out ->
            (int)
                resampling.invokeExact(
                    out,
                    engine,
                    FORWARD_INFERENCE,
                    RESAMPLING_NEAREST,
                    MemorySegment.NULL,
                    src,
                    dst,
                    attributes));
  }

  long reorder(long engine, long src, long dst, long attributes) {
    return create(
        "reorder_primitive_desc_create",
        out -> (int) reorder.invokeExact(out, src, engine, dst, engine, attributes));
  }

  /** The layout that a described primitive chose; it belongs to the descriptor. */
  long layoutOf(long descriptor, int what) {
    try {
      return (long) queryLayout.invokeExact(descriptor, what, 0);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /** Name of the implementation chosen, for example {@code brg_conv_fwd:avx2}. */
  String implementation(long descriptor) {
    long text =
        create(
            "primitive_desc_query",
            out -> (int) query.invokeExact(descriptor, QUERY_IMPLEMENTATION, 0, out));
    return MemorySegment.ofAddress(text).reinterpret(256).getString(0);
  }

  long primitive(long descriptor) {
    return create("primitive_create", out -> (int) primitiveCreate.invokeExact(out, descriptor));
  }

  /** Runs a primitive; {@code arguments} is the address of an array of dnnl_exec_arg_t. */
  void execute(long primitive, long stream, int count, long arguments) {
    int status;
    try {
      status = (int) primitiveExecute.invokeExact(primitive, stream, count, arguments);
    } catch (Throwable t) {
      throw unexpected(t);
    }
    check("primitive_execute", status);
  }

  /** Gives an object back. */
  void destroy(Kind kind, long object) {
    MethodHandle handle = destroy.get(kind);
    call(() -> (int) handle.invokeExact(object));
  }

  private static MemorySegment dims(Arena arena, long[] values) {
    return arena.allocateFrom(JAVA_LONG, values);
  }

  @FunctionalInterface
  private interface Creation {
    int into(MemorySegment out) throws Throwable;
  }

  @FunctionalInterface
  private interface Call {
    int get() throws Throwable;
  }

  private static long create(String function, Creation creation) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_LONG);
      check(function, creation.into(out));
      return out.get(JAVA_LONG, 0);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  private static int call(Call call) {
    try {
      return call.get();
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  private static void check(String function, int status) {
    if (status != 0) {
      String text = status > 0 && status < STATUS.length ? STATUS[status] : "status " + status;
      throw new DeviceException("oneDNN: dnnl_" + function + " failed: " + text);
    }
  }

  /** What a native call may throw, without a checked type. */
  static RuntimeException unexpected(Throwable t) {
    return switch (t) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      default -> new IllegalStateException(t);
    };
  }
}
