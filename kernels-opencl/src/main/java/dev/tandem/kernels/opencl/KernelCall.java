package dev.tandem.kernels.opencl;

import dev.tandem.graph.Node;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;

/** Sets the arguments of a kernel in order and adds it to the run. */
final class KernelCall {
  private static final int POINTER = 8;

  private final Lowering low;
  private final Node node;
  private final String label;
  private final cl_kernel kernel;
  private int next;

  KernelCall(Lowering low, Node node, String label, cl_kernel kernel) {
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
    CL.clSetKernelArg(kernel, next++, POINTER, Pointer.to(m));
    return this;
  }

  /** Two arguments: scratch memory, bound when its size is known, and a first element. */
  KernelCall scratch(Scratch.Part part) {
    low.scratch().bindLater(kernel, next++);
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

  KernelCall i(int v) {
    CL.clSetKernelArg(kernel, next++, 4, Pointer.to(new int[] {v}));
    return this;
  }

  KernelCall i(boolean v) {
    return i(v ? 1 : 0);
  }

  KernelCall l(long v) {
    CL.clSetKernelArg(kernel, next++, 8, Pointer.to(new long[] {v}));
    return this;
  }

  KernelCall f(float v) {
    CL.clSetKernelArg(kernel, next++, 4, Pointer.to(new float[] {v}));
    return this;
  }

  /** Adds the kernel with explicit sizes; each global size is a multiple of the local one. */
  void run(long[] global, long[] local) {
    low.add(new Launch(node, label, kernel, global, local));
  }

  /** Adds the kernel over at least {@code items} work-items in a row. */
  void runFlat(long items, int local) {
    run(new long[] {(items + local - 1) / local * local}, new long[] {local});
  }
}
