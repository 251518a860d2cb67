package dev.tandem.kernels.opencl;

import java.util.ArrayList;
import java.util.List;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;

/**
 * Memory that operations use while they run and leave to the next one: kernels run in order, so one
 * buffer of the largest operation's size serves all.
 */
final class Scratch {
  private record Binding(cl_kernel kernel, int argument) {}

  /**
   * A piece of one operation's scratch memory.
   *
   * @param offset bytes
   * @param elementBytes size of the elements it holds
   */
  record Part(long offset, int elementBytes) {}

  private final int alignment;
  private final List<Binding> bindings = new ArrayList<>();
  private long used;
  private long largest;

  Scratch(int alignment) {
    this.alignment = alignment;
  }

  /** Starts the next operation: all parts handed out so far may be overwritten by it. */
  void reset() {
    used = 0;
  }

  Part take(long elements, int elementBytes) {
    Part p = new Part(used, elementBytes);
    long bytes = Math.multiplyExact(elements, elementBytes);
    used += (bytes + alignment - 1) / alignment * alignment;
    largest = Math.max(largest, used);
    return p;
  }

  void bindLater(cl_kernel kernel, int argument) {
    bindings.add(new Binding(kernel, argument));
  }

  long bytes() {
    return largest;
  }

  void bind(cl_mem memory) {
    for (Binding b : bindings) {
      CL.clSetKernelArg(b.kernel(), b.argument(), 8, Pointer.to(memory));
    }
  }
}
