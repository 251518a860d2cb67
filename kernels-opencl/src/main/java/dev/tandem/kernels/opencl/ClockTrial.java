package dev.tandem.kernels.opencl;

import dev.tandem.devices.DeviceMemoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_event;
import org.jocl.cl_mem;

/** Fills of memory, longer and longer, timed by the device and by the host; a few milliseconds. */
final class ClockTrial {
  private static final long FIRST_BYTES = 256 << 10;
  private static final long MOST_BYTES = 32 << 20;
  private static final long LONG_NS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int LONG_ONES = 4;

  private ClockTrial() {}

  /** What is wrong with the device's clock; empty if nothing is. */
  static Optional<String> fault(ClContext cl) {
    long free = cl.budget().limit().total() - cl.budget().used();
    long bytes = Math.min(MOST_BYTES, Math.min(cl.budget().limit().largest(), free / 4)) / 64 * 64;
    try {
      cl_mem memory = cl.allocate("a check of the clock", bytes);
      try {
        return ClockCheck.fault(samples(cl.queue(true), memory, bytes));
      } finally {
        cl.release(memory, bytes);
      }
    } catch (DeviceMemoryException e) {
      return Optional.of("there is no memory to check it with");
    } catch (CLException e) {
      return Optional.of("its driver tells no times: " + e.getMessage());
    }
  }

  private static List<ClockCheck.Sample> samples(cl_command_queue queue, cl_mem memory, long most) {
    sample(queue, memory, most); // touches every page for the first time
    List<ClockCheck.Sample> all = new ArrayList<>();
    long bytes = Math.min(FIRST_BYTES, most);
    int left = LONG_ONES;
    while (left > 0) {
      ClockCheck.Sample s = sample(queue, memory, bytes);
      all.add(s);
      if (bytes == most || s.after() - s.before() >= LONG_NS) {
        left--;
      } else {
        bytes = Math.min(2 * bytes, most);
      }
    }
    return all;
  }

  private static ClockCheck.Sample sample(cl_command_queue queue, cl_mem memory, long bytes) {
    cl_event event = new cl_event();
    Pointer zero = Pointer.to(new int[1]);
    long before = System.nanoTime();
    CL.clEnqueueFillBuffer(queue, memory, zero, 4, 0, bytes, 0, null, event);
    CL.clFinish(queue);
    long after = System.nanoTime();
    try {
      return ClockAlignment.sample(before, event, after);
    } finally {
      CL.clReleaseEvent(event);
    }
  }
}
