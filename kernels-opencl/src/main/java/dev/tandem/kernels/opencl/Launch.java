package dev.tandem.kernels.opencl;

import dev.tandem.graph.Node;
import org.jocl.cl_kernel;

/** One kernel of a run, with its arguments set. */
final class Launch {
  private final Node node;
  private final String kernel;
  private final cl_kernel handle;
  private final long[] global;
  private final long[] local;

  /**
   * @param node the operation it belongs to
   * @param kernel what it is called in messages, for example {@code gemm_panel/gemm}
   * @param global work-items along each axis
   * @param local work-items of a work-group along each axis
   */
  Launch(Node node, String kernel, cl_kernel handle, long[] global, long[] local) {
    this.node = node;
    this.kernel = kernel;
    this.handle = handle;
    this.global = global;
    this.local = local;
  }

  Node node() {
    return node;
  }

  String kernel() {
    return kernel;
  }

  cl_kernel handle() {
    return handle;
  }

  long[] global() {
    return global;
  }

  long[] local() {
    return local;
  }
}
