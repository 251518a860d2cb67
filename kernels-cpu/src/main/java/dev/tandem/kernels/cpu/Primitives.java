package dev.tandem.kernels.cpu;

import dev.tandem.graph.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Makes the primitives of one executable and owns every native object they need. */
final class Primitives implements AutoCloseable {
  /** {@code sizeof(dnnl_exec_arg_t)}: an int, four bytes of padding, a pointer. */
  private static final int ARGUMENT_BYTES = 16;

  private static final int ALIGNMENT = 64;

  private record Deferred(long memory, long offset) {}

  private final OneDnn lib;
  private final long engine;
  private final long stream;
  private final Arena arena;
  private final List<Long> layouts = new ArrayList<>();
  private final List<Long> memories = new ArrayList<>();
  private final List<Long> primitives = new ArrayList<>();
  private final SortedMap<String, Integer> implementations = new TreeMap<>();
  private Scratch scratch = new Scratch();
  private long scratchBytes;

  Primitives(OneDnn lib, long engine, long stream, Arena arena) {
    this.lib = lib;
    this.engine = engine;
    this.stream = stream;
    this.arena = arena;
  }

  OneDnn lib() {
    return lib;
  }

  long engine() {
    return engine;
  }

  /** A dense row-major layout. */
  long layout(long... dims) {
    long[] strides = new long[dims.length];
    long s = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = s;
      s *= dims[i];
    }
    return layout(dims, strides);
  }

  long layout(long[] dims, long[] strides) {
    return keep(lib.layout(dims, strides));
  }

  long anyLayout(long... dims) {
    return keep(lib.anyLayout(dims));
  }

  /** A picture {@code [batch, height, width, channels]} as oneDNN's NCHW extents with strides. */
  long picture(Shape s) {
    long h = s.dim(1);
    long w = s.dim(2);
    long c = s.dim(3);
    return layout(new long[] {s.dim(0), c, h, w}, new long[] {h * w * c, 1, w * c, c});
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

    /** Allocates it when its size is known: after the last call that uses it was made. */
    void allocate() {
      long bytes = temporaryBytes + padBytes;
      scratchBytes += bytes;
      if (bytes > 0) {
        long base = permanent(bytes).address();
        values.forEach(d -> lib.setAddress(d.memory(), base + d.offset()));
        pads.forEach(m -> lib.setAddress(m, base + temporaryBytes));
      }
    }
  }

  static long align(long bytes) {
    return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /** Memory that lives as long as the executable. */
  MemorySegment permanent(long bytes) {
    return arena.allocate(bytes, ALIGNMENT);
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
      return arg(slot, memory(layout, place));
    }

    private Call arg(int slot, long memory) {
      slots.add(slot);
      values.add(memory);
      return this;
    }

    Call postOps(PostOps ops) {
      ops.bind(this);
      return this;
    }

    Kernel build() {
      return build(lib.primitive(descriptor));
    }

    private Kernel build(long primitive) {
      primitives.add(primitive);
      implementations.merge(lib.implementation(descriptor), 1, Integer::sum);
      long pad = lib.layoutOf(descriptor, OneDnn.QUERY_SCRATCHPAD);
      long bytes = lib.size(pad);
      if (bytes > 0) {
        long memory = lib.memory(engine, pad, 0);
        memories.add(memory);
        scratch.pads.add(memory);
        scratch.padBytes = Math.max(scratch.padBytes, align(bytes));
        arg(OneDnn.ARG_SCRATCHPAD, memory);
      }
      lib.destroyDescriptor(descriptor);
      int n = slots.size();
      MemorySegment args = arena.allocate((long) n * ARGUMENT_BYTES, 8);
      for (int i = 0; i < n; i++) {
        args.set(ValueLayout.JAVA_INT, (long) i * ARGUMENT_BYTES, slots.get(i));
        args.set(ValueLayout.JAVA_LONG, (long) i * ARGUMENT_BYTES + 8, values.get(i));
      }
      long address = args.address();
      return () -> lib.execute(primitive, stream, n, address);
    }
  }

  private long memory(long layout, Place place) {
    long m = lib.memory(engine, layout, place.scratch() ? 0 : place.offset());
    memories.add(m);
    if (place.scratch()) {
      scratch.values.add(new Deferred(m, place.offset()));
    }
    return m;
  }

  /** A copy from one layout into another. */
  Kernel copy(long from, Place source, long to, Place destination) {
    long attributes = lib.attributes();
    long descriptor = lib.reorder(engine, from, to, attributes);
    lib.destroyAttributes(attributes);
    return call(descriptor)
        .arg(OneDnn.ARG_SRC, from, source)
        .arg(OneDnn.ARG_DST, to, destination)
        .build();
  }

  /** A copy from one layout into another, between addresses that are given when it runs. */
  Reorder reorder(long from, long to) {
    long attributes = lib.attributes();
    long descriptor = lib.reorder(engine, from, to, attributes);
    lib.destroyAttributes(attributes);
    long source = memory(from, Place.at(0));
    long destination = memory(to, Place.at(0));
    Kernel copy =
        new Call(descriptor).arg(OneDnn.ARG_SRC, source).arg(OneDnn.ARG_DST, destination).build();
    return (x, y) -> {
      lib.setAddress(source, x);
      lib.setAddress(destination, y);
      copy.run();
    };
  }

  /** Size of all scratch areas, bytes. */
  long scratchBytes() {
    return scratchBytes;
  }

  /** Frees what only compilation needs. */
  void freeLayouts() {
    layouts.forEach(lib::destroyLayout);
    layouts.clear();
  }

  /** How often each of oneDNN's implementations was chosen. */
  SortedMap<String, Integer> implementations() {
    return implementations;
  }

  @Override
  public void close() {
    primitives.forEach(lib::destroyPrimitive);
    memories.forEach(lib::destroyMemory);
    primitives.clear();
    memories.clear();
    freeLayouts();
  }
}
