package dev.tandem.kernels.opencl.plan;

import dev.tandem.graph.DType;
import dev.tandem.graph.Node;
import java.util.List;
import java.util.Optional;

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

  /** The type in which a product's factors are read; none for kernels that are no products. */
  Optional<DType> factors() {
    boolean half = program.defines().containsKey("STORE_F16");
    return switch (program.file()) {
      case "gemm_int8" -> Optional.of(DType.I8);
      case "gemm_panel", "gemm_tile", "winograd_panel", "attention_lanes", "attention_tile" ->
          Optional.of(half ? DType.F16 : DType.F32);
      default -> Optional.empty();
    };
  }

  /** What it is called in messages, for example {@code gemm_panel/gemm}. */
  public String label() {
    return program.file() + "/" + entry;
  }
}
