package dev.tandem.kernels.opencl;

import dev.tandem.graph.Node;
import java.util.Optional;
import java.util.function.Supplier;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;

/**
 * Sets the arguments of a kernel in order and adds it to the run. Without a kernel it does nothing:
 * memory is then only counted.
 */
final class KernelCall {
  private static final int POINTER = 8;

  private final Lowering low;
  private final Node node;
  private final String label;
  private final Optional<cl_kernel> kernel;
  private int next;

  KernelCall(Lowering low, Node node, String label, Optional<cl_kernel> kernel) {
    this.low = low;
    this.node = node;
    this.label = label;
    this.kernel = kernel;
  }

  /** Two arguments: a buffer and the tensor's first element. */
  KernelCall tensor(Ref r) {
    return memory(r.memory()).l(r.first());
  }

  KernelCall memory(cl_mem m) {
    return argument(POINTER, () -> Pointer.to(m));
  }

  private KernelCall argument(int bytes, Supplier<Pointer> value) {
    int index = next++;
    kernel.ifPresent(k -> CL.clSetKernelArg(k, index, bytes, value.get()));
    return this;
  }

  /** Two arguments: scratch memory, bound when its size is known, and a first element. */
  KernelCall scratch(Scratch.Part part) {
    int index = next++;
    kernel.ifPresent(k -> low.scratch().bindLater(k, index));
    return l(part.offset() / part.elementBytes());
  }

  /** Two arguments: a buffer and the tensor's first element. */
  KernelCall operand(Operand o) {
    return switch (o) {
      case Operand.At at -> tensor(at.ref());
      case Operand.InScratch s -> scratch(s.part());
    };
  }

  /** One argument: a buffer of zeros at least as long as the graph's largest extent. */
  KernelCall zeros() {
    return memory(low.zeros());
  }

  /** One argument: local memory of a work-group, uninitialised. */
  KernelCall local(long bytes) {
    int index = next++;
    kernel.ifPresent(k -> CL.clSetKernelArg(k, index, bytes, null));
    return this;
  }

  KernelCall i(int v) {
    return argument(4, () -> Pointer.to(new int[] {v}));
  }

  KernelCall i(boolean v) {
    return i(v ? 1 : 0);
  }

  KernelCall l(long v) {
    return argument(8, () -> Pointer.to(new long[] {v}));
  }

  KernelCall f(float v) {
    return argument(4, () -> Pointer.to(new float[] {v}));
  }

  /** Adds the kernel with explicit sizes; each global size is a multiple of the local one. */
  void run(long[] global, long[] local) {
    kernel.ifPresent(k -> low.add(new Launch(node, label, k, global, local)));
  }

  /** Adds the kernel over at least {@code items} work-items in a row. */
  void runFlat(long items, int local) {
    run(new long[] {(items + local - 1) / local * local}, new long[] {local});
  }
}
