package dev.tandem.kernels.opencl;

import dev.tandem.kernels.opencl.plan.KernelArgument;
import java.util.List;
import java.util.function.IntFunction;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;

/** Gives a kernel its arguments. */
final class KernelArguments {
  private static final int POINTER = 8;

  private KernelArguments() {}

  /**
   * Sets all arguments.
   *
   * @param buffers by their numbers
   * @throws org.jocl.CLException if the driver refuses one
   */
  static void set(cl_kernel kernel, List<KernelArgument> arguments, IntFunction<cl_mem> buffers) {
    for (int i = 0; i < arguments.size(); i++) {
      switch (arguments.get(i)) {
        case KernelArgument.Buffer b ->
            CL.clSetKernelArg(kernel, i, POINTER, Pointer.to(buffers.apply(b.number())));
        case KernelArgument.Local l -> CL.clSetKernelArg(kernel, i, l.bytes(), null);
        case KernelArgument.I32 v ->
            CL.clSetKernelArg(kernel, i, Integer.BYTES, Pointer.to(new int[] {v.value()}));
        case KernelArgument.I64 v ->
            CL.clSetKernelArg(kernel, i, Long.BYTES, Pointer.to(new long[] {v.value()}));
        case KernelArgument.F32 v ->
            CL.clSetKernelArg(kernel, i, Float.BYTES, Pointer.to(new float[] {v.value()}));
      }
    }
  }
}
