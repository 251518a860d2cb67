package dev.tandem.kernels.opencl;

import dev.tandem.graph.Node;
import dev.tandem.kernels.opencl.plan.PlannedKernel;
import java.util.List;
import org.jocl.cl_kernel;

/** One kernel of a run, with its arguments set. */
final class Launch {
  private final PlannedKernel planned;
  private final cl_kernel handle;
  private final List<StreamedWeight> streamed;
  private final long[] global;
  private final long[] local;

  /**
   * A kernel.
   *
   * @param streamed weights that it reads and that are not kept
   */
  Launch(PlannedKernel planned, cl_kernel handle, List<StreamedWeight> streamed) {
    this.planned = planned;
    this.handle = handle;
    this.streamed = List.copyOf(streamed);
    this.global = array(planned.global());
    this.local = array(planned.local());
  }

  private static long[] array(List<Long> sizes) {
    return sizes.stream().mapToLong(Long::longValue).toArray();
  }

  /** The operation it belongs to. */
  Node node() {
    return planned.node();
  }

  /** What it is called in messages, for example {@code gemm_panel/gemm}. */
  String kernel() {
    return planned.label();
  }

  /** Weights to be brought before it, and let go behind it. */
  List<StreamedWeight> streamed() {
    return streamed;
  }

  cl_kernel handle() {
    return handle;
  }

  /** Work-items along each axis. */
  long[] global() {
    return global;
  }

  /** Work-items of a work-group along each axis. */
  long[] local() {
    return local;
  }
}
