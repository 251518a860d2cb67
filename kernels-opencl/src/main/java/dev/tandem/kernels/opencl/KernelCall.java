package dev.tandem.kernels.opencl;

import dev.tandem.graph.Activation;
import dev.tandem.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;

/**
 * Gathers the arguments of a kernel in order and adds it to the run. They are set when all is
 * gathered ({@link Pending#bind}): until then the kernel is built and its weights are laid.
 */
final class KernelCall {
  private static final int POINTER = 8;

  private final Consumer<Pending> run;
  private final Scratch scratch;
  private final cl_mem zeros;
  private final Node node;
  private final String label;
  private final Supplier<cl_kernel> kernel;
  private final List<Consumer<cl_kernel>> arguments = new ArrayList<>();

  /**
   * A call without arguments.
   *
   * @param run adds it to the run
   * @param scratch memory of the run's kernels
   * @param zeros see {@link #zeros()}
   * @param label what it is called in messages
   */
  KernelCall(
      Consumer<Pending> run,
      Scratch scratch,
      cl_mem zeros,
      Node node,
      String label,
      Supplier<cl_kernel> kernel) {
    this.run = run;
    this.scratch = scratch;
    this.zeros = zeros;
    this.node = node;
    this.label = label;
    this.kernel = kernel;
  }

  /** Two arguments: a buffer and the tensor's first element. */
  KernelCall tensor(Ref r) {
    return argument(POINTER, () -> Pointer.to(r.memory())).l(r.first());
  }

  private KernelCall argument(int bytes, Supplier<Pointer> value) {
    int index = arguments.size();
    arguments.add(k -> CL.clSetKernelArg(k, index, bytes, value.get()));
    return this;
  }

  /** Two arguments: scratch memory, bound when its size is known, and a first element. */
  KernelCall scratch(Scratch.Part part) {
    int index = arguments.size();
    arguments.add(k -> scratch.bindLater(k, index));
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
    return argument(POINTER, () -> Pointer.to(zeros));
  }

  /** One argument: local memory of a work-group, uninitialised. */
  KernelCall local(long bytes) {
    int index = arguments.size();
    arguments.add(k -> CL.clSetKernelArg(k, index, bytes, null));
    return this;
  }

  KernelCall i(int v) {
    return argument(4, () -> Pointer.to(new int[] {v}));
  }

  KernelCall i(boolean v) {
    return i(v ? 1 : 0);
  }

  /** One argument: the number of an activation in {@code activation.cl}. */
  KernelCall act(Activation a) {
    return i(
        switch (a) {
          case NONE -> 0;
          case SILU -> 1;
          case RELU -> 2;
          case TANH -> 3;
          case GELU -> 4;
          case QUICK_GELU -> 5;
        });
  }

  KernelCall l(long v) {
    return argument(8, () -> Pointer.to(new long[] {v}));
  }

  KernelCall f(float v) {
    return argument(4, () -> Pointer.to(new float[] {v}));
  }

  /** Adds the kernel with explicit sizes; each global size is a multiple of the local one. */
  void run(long[] global, long[] local) {
    run.accept(new Pending(global, local));
  }

  /** A kernel whose arguments are not set yet. */
  final class Pending {
    private final long[] global;
    private final long[] local;

    private Pending(long[] global, long[] local) {
      this.global = global;
      this.local = local;
    }

    Node node() {
      return node;
    }

    /** Waits for the kernel to be built. */
    cl_kernel kernel() {
      return kernel.get();
    }

    /** Waits for the weights, and sets all arguments. */
    Launch bind(cl_kernel k) {
      arguments.forEach(a -> a.accept(k));
      return new Launch(node, label, k, global, local);
    }
  }

  /** Adds the kernel over at least {@code items} work-items in a row. */
  void runFlat(long items, int local) {
    run(new long[] {(items + local - 1) / local * local}, new long[] {local});
  }
}
