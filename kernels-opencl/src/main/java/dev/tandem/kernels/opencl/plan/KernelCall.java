package dev.tandem.kernels.opencl.plan;

import dev.tandem.graph.Activation;
import dev.tandem.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/** Gathers the arguments of a kernel in order and adds it to the run. */
final class KernelCall {
  private final Consumer<PlannedKernel> run;
  private final int zeros;
  private final Node node;
  private final KernelProgram program;
  private final String entry;
  private final List<KernelArgument> arguments = new ArrayList<>();

  /**
   * A call without arguments.
   *
   * @param run adds it to the run
   * @param zeros number of the buffer of {@link #zeros()}
   */
  KernelCall(
      Consumer<PlannedKernel> run, int zeros, Node node, KernelProgram program, String entry) {
    this.run = run;
    this.zeros = zeros;
    this.node = node;
    this.program = program;
    this.entry = entry;
  }

  private KernelCall with(KernelArgument a) {
    arguments.add(a);
    return this;
  }

  /** Two arguments: a buffer and the tensor's first element. */
  KernelCall tensor(Ref r) {
    return with(new KernelArgument.Buffer(r.buffer())).l(r.first());
  }

  /** Two arguments, as {@link #tensor}: of nothing, zeros. */
  KernelCall tensor(Optional<Ref> r) {
    return r.isPresent() ? tensor(r.get()) : zeros().l(0);
  }

  /** One argument: a buffer of zeros at least as long as the graph's largest extent. */
  KernelCall zeros() {
    return with(new KernelArgument.Buffer(zeros));
  }

  /** One argument: local memory of a work-group, uninitialised. */
  KernelCall local(long bytes) {
    return with(new KernelArgument.Local(bytes));
  }

  KernelCall i(int v) {
    return with(new KernelArgument.I32(v));
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
    return with(new KernelArgument.I64(v));
  }

  KernelCall f(float v) {
    return with(new KernelArgument.F32(v));
  }

  /** Adds the kernel with explicit sizes; each global size is a multiple of the local one. */
  void run(long[] global, long[] local) {
    run.accept(new PlannedKernel(node, program, entry, arguments, list(global), list(local)));
  }

  private static List<Long> list(long[] sizes) {
    return LongStream.of(sizes).boxed().toList();
  }

  /** Adds the kernel over at least {@code items} work-items in a row. */
  void runFlat(long items, int local) {
    run(new long[] {(items + local - 1) / local * local}, new long[] {local});
  }
}
