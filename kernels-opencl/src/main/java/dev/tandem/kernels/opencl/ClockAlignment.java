package dev.tandem.kernels.opencl;

import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_event;

/**
 * Turns a device's profiling time into {@link System#nanoTime}. JOCL 2.0.6 lacks {@code
 * clGetDeviceAndHostTimer}, so a marker is enqueued between two readings of the host's clock: it
 * ended somewhere between them, and the error is at most half of what lies between.
 *
 * @param offsetNs what to add to device time, ns
 * @param errorNs how far off that may be, ns
 */
record ClockAlignment(long offsetNs, long errorNs) {
  private static final int TRIES = 5;

  /** Measures with an idle queue that records profiling times; keeps the best of a few tries. */
  static ClockAlignment measure(cl_command_queue queue) {
    ClockAlignment best = new ClockAlignment(0, Long.MAX_VALUE);
    for (int i = 0; i < TRIES; i++) {
      cl_event marker = new cl_event();
      long before = System.nanoTime();
      CL.clEnqueueMarkerWithWaitList(queue, 0, null, marker);
      CL.clFinish(queue);
      long after = System.nanoTime();
      long end = time(marker, CL.CL_PROFILING_COMMAND_END);
      CL.clReleaseEvent(marker);
      long error = Math.max(1, (after - before + 1) / 2); // 0 would be the host's clock
      if (error < best.errorNs) {
        best = new ClockAlignment(before + (after - before) / 2 - end, error);
      }
    }
    return best;
  }

  /** When the command started, in the host's time. */
  long start(cl_event event) {
    return time(event, CL.CL_PROFILING_COMMAND_START) + offsetNs;
  }

  /** When the command ended, in the host's time. */
  long end(cl_event event) {
    return time(event, CL.CL_PROFILING_COMMAND_END) + offsetNs;
  }

  /** A command in both clocks, which the host enqueued and waited for between two times. */
  static ClockCheck.Sample sample(long beforeNs, cl_event event, long afterNs) {
    return new ClockCheck.Sample(
        beforeNs,
        time(event, CL.CL_PROFILING_COMMAND_QUEUED),
        time(event, CL.CL_PROFILING_COMMAND_SUBMIT),
        time(event, CL.CL_PROFILING_COMMAND_START),
        time(event, CL.CL_PROFILING_COMMAND_END),
        afterNs);
  }

  private static long time(cl_event event, int what) {
    long[] t = new long[1];
    CL.clGetEventProfilingInfo(event, what, 8, Pointer.to(t), null);
    return t[0];
  }
}
