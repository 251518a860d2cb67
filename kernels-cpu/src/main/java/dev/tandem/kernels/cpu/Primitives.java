package dev.tandem.kernels.cpu;

import dev.tandem.graph.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Makes the primitives of one executable and owns every native object they need. */
final class Primitives implements AutoCloseable {
  /** {@code sizeof(dnnl_exec_arg_t)}: an int, four bytes of padding, a pointer. */
  private static final int ARGUMENT_BYTES = 16;

  private record Deferred(long memory, long offset) {}

  private final OneDnn lib;
  private final long engine;
  private final long stream;
  private final Memory memory;
  private final List<Long> layouts = new ArrayList<>();
  private final List<Long> memories = new ArrayList<>();
  private final List<Long> primitives = new ArrayList<>();
  private final SortedMap<String, Integer> implementations = new TreeMap<>();
  private final List<Product> products = new ArrayList<>();
  private Scratch scratch = new Scratch();

  /**
   * Primitives with all their memory there.
   *
   * @param memory if it is only counted, no primitive is made: kernels must not run
   */
  Primitives(OneDnn lib, long engine, long stream, Memory memory) {
    this.lib = lib;
    this.engine = engine;
    this.stream = stream;
    this.memory = memory;
  }

  OneDnn lib() {
    return lib;
  }

  long engine() {
    return engine;
  }

  /** A dense row-major layout. */
  long layout(long... dims) {
    return layout(OneDnn.F32, dims);
  }

  long layout(int type, long[] dims) {
    long[] strides = new long[dims.length];
    long s = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = s;
      s *= dims[i];
    }
    return layout(type, dims, strides);
  }

  long layout(long[] dims, long[] strides) {
    return layout(OneDnn.F32, dims, strides);
  }

  /** A layout of some type, one of oneDNN's. */
  long layout(int type, long[] dims, long[] strides) {
    return keep(lib.layout(type, dims, strides));
  }

  long anyLayout(long... dims) {
    return anyLayout(OneDnn.F32, dims);
  }

  long anyLayout(int type, long[] dims) {
    return keep(lib.anyLayout(type, dims));
  }

  /** A picture {@code [batch, height, width, channels]} as oneDNN's NCHW extents with strides. */
  long picture(Shape s) {
    return picture(OneDnn.F32, s);
  }

  long picture(int type, Shape s) {
    long h = s.dim(1);
    long w = s.dim(2);
    long c = s.dim(3);
    return layout(type, new long[] {s.dim(0), c, h, w}, new long[] {h * w * c, 1, w * c, c});
  }

  /** The layout of some of a layout's elements. */
  long within(long layout, long[] dims, long[] offsets) {
    return keep(lib.within(layout, dims, offsets));
  }

  private long keep(long layout) {
    layouts.add(layout);
    return layout;
  }

  /** Room for a value that is needed only while one node runs. */
  Place temporary(long offset, long bytes) {
    scratch.temporaryBytes = Math.max(scratch.temporaryBytes, offset + align(bytes));
    return Place.scratch(offset);
  }

  /** The memory of a temporary value, which is there once everything is compiled. */
  @SuppressWarnings("restricted") // an address in the scratch area, which lives as long
  Supplier<MemorySegment> segment(Place place, long bytes) {
    Scratch area = scratch;
    return () -> MemorySegment.ofAddress(area.base + place.offset()).reinterpret(bytes);
  }

  /**
   * A value that moves from run to run.
   *
   * @param base from where its places are counted; not in the scratch area
   */
  Movable movable(long layout, Place base) {
    if (base.scratch()) {
      throw new IllegalArgumentException("the scratch area has no address yet");
    }
    return new Movable(lib, handle(layout, base.offset()), layout, base.offset());
  }

  /** A scratch area of its own for all calls from now on. */
  Scratch newScratch() {
    scratch = new Scratch();
    return scratch;
  }

  /** Memory that kernels of one thread share: what a node needs while it runs, and oneDNN's own. */
  final class Scratch {
    private final List<Deferred> values = new ArrayList<>();
    private final List<Long> pads = new ArrayList<>();
    private long temporaryBytes;
    private long padBytes;
    private long base;

    /** Allocates it when its size is known: after the last call that uses it was made. */
    void allocate() {
      long bytes = temporaryBytes + padBytes;
      if (bytes > 0) {
        base = memory.allocate(Memory.Kind.SCRATCH, bytes).address();
        values.forEach(d -> lib.setAddress(d.memory(), base + d.offset()));
        pads.forEach(m -> lib.setAddress(m, base + temporaryBytes));
      }
    }
  }

  static long align(long bytes) {
    return (bytes + Memory.ALIGNMENT - 1) & -Memory.ALIGNMENT;
  }

  /** The executable's memory. */
  Memory memory() {
    return memory;
  }

  /** Memory for values that stay from run to run. */
  MemorySegment permanent(long bytes) {
    return memory.allocate(Memory.Kind.SCRATCH, bytes);
  }

  /** Starts a call of the described primitive; takes over the descriptor. */
  Call call(long descriptor) {
    return new Call(descriptor);
  }

  /** Gathers the arguments of one call. */
  final class Call {
    private final long descriptor;
    private final List<Integer> slots = new ArrayList<>();
    private final List<Long> values = new ArrayList<>();

    private Call(long descriptor) {
      this.descriptor = descriptor;
    }

    Call arg(int slot, long layout, Place place) {
      return arg(slot, handle(layout, place));
    }

    Call arg(int slot, Movable value) {
      return arg(slot, value.memory());
    }

    private Call arg(int slot, long handle) {
      slots.add(slot);
      values.add(handle);
      return this;
    }

    Call postOps(PostOps ops) {
      ops.bind(this);
      return this;
    }

    Kernel build() {
      long primitive = memory.real() ? lib.primitive(descriptor) : 0;
      if (memory.real()) {
        primitives.add(primitive);
      }
      String implementation = lib.implementation(descriptor);
      implementations.merge(implementation, 1, Integer::sum);
      if (slots.contains(OneDnn.ARG_WEIGHTS)) {
        products.add(new Product(implementation, eightBits(descriptor)));
      }
      long pad = lib.layoutOf(descriptor, OneDnn.QUERY_SCRATCHPAD);
      long bytes = lib.size(pad);
      if (bytes > 0) {
        scratch.padBytes = Math.max(scratch.padBytes, align(bytes));
        arg(OneDnn.ARG_SCRATCHPAD, handle(pad, 0));
        if (memory.real()) {
          scratch.pads.add(values.getLast());
        }
      }
      lib.destroy(OneDnn.Kind.DESCRIPTOR, descriptor);
      int n = slots.size();
      MemorySegment args = permanent((long) n * ARGUMENT_BYTES);
      for (int i = 0; memory.real() && i < n; i++) {
        args.set(ValueLayout.JAVA_INT, (long) i * ARGUMENT_BYTES, slots.get(i));
        args.set(ValueLayout.JAVA_LONG, (long) i * ARGUMENT_BYTES + 8, values.get(i));
      }
      long address = args.address();
      return () -> lib.execute(primitive, stream, n, address);
    }
  }

  /** oneDNN's handle of a value at an address; 0 where there is no memory. */
  private long handle(long layout, long address) {
    if (!memory.real()) {
      return 0;
    }
    long m = lib.memory(engine, layout, address);
    memories.add(m);
    return m;
  }

  private long handle(long layout, Place place) {
    long m = handle(layout, place.scratch() ? 0 : place.offset());
    if (memory.real() && place.scratch()) {
      scratch.values.add(new Deferred(m, place.offset()));
    }
    return m;
  }

  /** A copy from one layout into another. */
  Kernel copy(long from, Place source, long to, Place destination) {
    long attributes = lib.attributes();
    long descriptor = lib.reorder(engine, from, to, attributes);
    lib.destroy(OneDnn.Kind.ATTRIBUTES, attributes);
    return call(descriptor)
        .arg(OneDnn.ARG_SRC, from, source)
        .arg(OneDnn.ARG_DST, to, destination)
        .build();
  }

  /** {@code factor} times a value in another layout, cut off where that cannot hold it. */
  Kernel scaled(long from, Place source, float factor, long to, Place destination) {
    MemorySegment scale = permanent(Float.BYTES);
    if (memory.real()) {
      scale.set(ValueLayout.JAVA_FLOAT, 0, factor);
    }
    long attributes = lib.attributes();
    lib.setScales(attributes, OneDnn.ARG_SRC, 0);
    long descriptor = lib.reorder(engine, from, to, attributes);
    lib.destroy(OneDnn.Kind.ATTRIBUTES, attributes);
    return call(descriptor)
        .arg(OneDnn.ARG_SRC, from, source)
        .arg(OneDnn.ARG_DST, to, destination)
        .arg(OneDnn.ARG_SCALES | OneDnn.ARG_SRC, layout(1), Place.at(scale.address()))
        .build();
  }

  /** A copy from one layout into another, between addresses that are given when it runs. */
  Reorder reorder(long from, long to) {
    long attributes = lib.attributes();
    long descriptor = lib.reorder(engine, from, to, attributes);
    lib.destroy(OneDnn.Kind.ATTRIBUTES, attributes);
    long source = handle(from, 0);
    long destination = handle(to, 0);
    Kernel copy =
        new Call(descriptor).arg(OneDnn.ARG_SRC, source).arg(OneDnn.ARG_DST, destination).build();
    return (x, y) -> {
      lib.setAddress(source, x);
      lib.setAddress(destination, y);
      copy.run();
    };
  }

  /**
   * A product that was made.
   *
   * @param implementation oneDNN's name of it
   * @param eightBits whether oneDNN reads both of its operands in 8 bits
   */
  record Product(String implementation, boolean eightBits) {}

  /** The products that were made since the last call of this. */
  List<Product> takeProducts() {
    List<Product> made = List.copyOf(products);
    products.clear();
    return made;
  }

  private boolean eightBits(long descriptor) {
    return lib.type(lib.layoutOf(descriptor, OneDnn.QUERY_WEIGHTS)) == OneDnn.S8
        && lib.type(lib.layoutOf(descriptor, OneDnn.QUERY_SOURCE)) != OneDnn.F32;
  }

  /** Frees what only compilation needs. */
  void freeLayouts() {
    layouts.forEach(x -> lib.destroy(OneDnn.Kind.LAYOUT, x));
    layouts.clear();
  }

  /** How often each of oneDNN's implementations was chosen. */
  SortedMap<String, Integer> implementations() {
    return implementations;
  }

  @Override
  public void close() {
    primitives.forEach(x -> lib.destroy(OneDnn.Kind.PRIMITIVE, x));
    memories.forEach(x -> lib.destroy(OneDnn.Kind.MEMORY, x));
    primitives.clear();
    memories.clear();
    freeLayouts();
  }
}
