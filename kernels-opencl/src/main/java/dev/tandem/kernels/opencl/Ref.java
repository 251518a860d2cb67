package dev.tandem.kernels.opencl;

import java.util.function.Supplier;
import org.jocl.cl_mem;

/**
 * Where a tensor lies on the device.
 *
 * @param buffer waits for the buffer, if it is still being filled
 * @param first its first element, counted in elements of its own type
 */
record Ref(Supplier<cl_mem> buffer, long first) {
  Ref(cl_mem memory, long first) {
    this(() -> memory, first);
  }

  /** The buffer, filled. */
  cl_mem memory() {
    return buffer.get();
  }
}
