package dev.tandem.kernels.opencl.plan;

import dev.tandem.graph.Node;
import java.util.List;

/**
 * One launch of a kernel.
 *
 * @param node the operation of the plan's graph that it belongs to
 * @param entry the kernel's name within the program
 * @param arguments in the order of the source
 * @param global work-items along each axis, one to three
 * @param local work-items of a work-group along each axis; they divide the global ones
 */
public record PlannedKernel(
    Node node,
    KernelProgram program,
    String entry,
    List<KernelArgument> arguments,
    List<Long> global,
    List<Long> local) {
  public PlannedKernel {
    arguments = List.copyOf(arguments);
    global = List.copyOf(global);
    local = List.copyOf(local);
  }

  /** What it is called in messages, for example {@code gemm_panel/gemm}. */
  public String label() {
    return program.file() + "/" + entry;
  }
}
