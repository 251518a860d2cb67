package dev.tandem.kernels.opencl;

import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.kernels.opencl.plan.Contents;
import dev.tandem.kernels.opencl.plan.MappedPages;
import java.lang.foreign.MemorySegment;
import org.jocl.CL;
import org.jocl.cl_command_queue;
import org.jocl.cl_mem;

/** A weight that is not kept: brought before a kernel reads it, and let go behind it. */
sealed interface StreamedWeight {
  /** Brings it; the queue may still read what was brought before. */
  void before(cl_command_queue queue);

  /** Lets it go; the kernel that reads it is in the queue. */
  void after(cl_command_queue queue);

  /** Read in the memory of its file. */
  record InPlace(Tensor tensor) implements StreamedWeight {
    @Override
    public void before(cl_command_queue queue) {}

    @Override
    public void after(cl_command_queue queue) {
      CL.clFinish(queue);
      MappedPages.drop(tensor);
    }
  }

  /**
   * Copied through memory that all such weights go through.
   *
   * @param host of the weight's size
   * @param device around the host's memory, or beside it
   */
  record Brought(
      Weights source, Contents contents, MemorySegment host, cl_mem device, boolean around)
      implements StreamedWeight {
    @Override
    public void before(cl_command_queue queue) {
      CL.clFinish(queue);
      contents.write(source, host);
      if (!around) {
        CL.clEnqueueWriteBuffer(
            queue, device, true, 0, host.byteSize(), ClContext.pointer(host), 0, null, null);
      }
    }

    @Override
    public void after(cl_command_queue queue) {}
  }
}
