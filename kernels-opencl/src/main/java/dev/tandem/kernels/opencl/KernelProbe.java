package dev.tandem.kernels.opencl;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Probe;
import dev.tandem.kernels.opencl.plan.KernelProgram;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_event;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;

/**
 * Runs {@code probe.cl}: least time of a few runs, by the device's clock or, where that is not to
 * be believed, by the host's; a run then repeats until the driver's share of it is small.
 */
final class KernelProbe {
  private static final int CHAINS = 12; // as in probe.cl
  private static final int ROUNDS = 12;
  private static final int SPAN = 16;
  private static final long LONG_ENOUGH_NS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long LONG_ENOUGH_FOR_HOST_NS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int MOST_REPEATS = 64;
  private static final long PROCESSOR_BYTES = 64L << 20;
  private static final long GPU_BYTES = 256L << 20; // more than any cache

  private final ClContext cl;
  private final Programs programs;
  private final int vec;
  private final int group;
  private final List<ClockCheck.Sample> samples = new ArrayList<>();

  KernelProbe(ClContext cl, Programs programs) {
    this.cl = cl;
    this.programs = programs;
    this.vec = Integer.highestOneBit(Math.clamp(cl.device().vectorWidth(), 1, 16));
    this.group = cl.device().isCpu() ? 1 : (int) Math.min(64, cl.device().maxWorkGroup());
  }

  Probe measure() {
    try {
      Probe probe = measured();
      if (cl.clock().own()) {
        Optional<String> fault = ClockCheck.fault(samples);
        if (fault.isPresent()) {
          cl.clock().distrust(fault.get());
          probe = measured();
        }
      }
      return probe;
    } catch (CLException e) {
      throw new DeviceException(cl.id() + ": the probe failed: " + e.getMessage(), e);
    }
  }

  private Probe measured() {
    samples.clear();
    return new Probe(gflops(), gigabytesPerSecond(), Probe.By.KERNELS);
  }

  private long longEnoughNs() {
    return cl.clock().own() ? LONG_ENOUGH_NS : LONG_ENOUGH_FOR_HOST_NS;
  }

  private double gflops() {
    int items = cl.computeUnits() * group * (cl.device().isCpu() ? 4 : 64);
    cl_mem out = cl.allocate("probe", 4L * items);
    cl_kernel kernel = kernel("multiply_add");
    try {
      CL.clSetKernelArg(kernel, 0, 8, Pointer.to(out));
      int turns = 1 << 10;
      while (nanos(kernel, items, turns, 1) < longEnoughNs() && turns < 1 << 24) {
        turns *= 2;
      }
      double flops = 2.0 * CHAINS * vec * turns * items;
      return flops / leastNanos(kernel, items, turns);
    } finally {
      CL.clReleaseKernel(kernel);
      cl.release(out, 4L * items);
    }
  }

  private double gigabytesPerSecond() {
    long wanted = cl.device().isCpu() ? PROCESSOR_BYTES : GPU_BYTES;
    long most = Math.min(cl.device().maxAllocation(), cl.device().memoryBytes() / 8);
    long each = 4L * vec * SPAN * group;
    long groups = Math.max(1, Math.min(wanted, most) / each);
    long bytes = groups * each;
    cl_mem x = cl.allocate("probe", bytes);
    try {
      cl_mem y = cl.allocate("probe", bytes);
      cl_kernel kernel = kernel("stream_copy");
      try {
        CL.clSetKernelArg(kernel, 0, 8, Pointer.to(x));
        CL.clSetKernelArg(kernel, 1, 8, Pointer.to(y));
        nanos(kernel, groups * group, SPAN, 1); // touches every page for the first time
        return 2.0 * bytes / leastNanos(kernel, groups * group, SPAN);
      } finally {
        CL.clReleaseKernel(kernel);
        cl.release(y, bytes);
      }
    } finally {
      cl.release(x, bytes);
    }
  }

  private cl_kernel kernel(String entry) {
    return programs.kernel(
        KernelProgram.of("probe", Map.of("VEC", vec), cl.device().traits()), entry);
  }

  private double leastNanos(cl_kernel kernel, long items, int lastArgument) {
    int repeats = 1;
    if (!cl.clock().own()) {
      while (nanos(kernel, items, lastArgument, repeats) < longEnoughNs()
          && repeats < MOST_REPEATS) {
        repeats *= 2;
      }
    }
    long least = Long.MAX_VALUE;
    for (int i = 0; i < ROUNDS; i++) {
      least = Math.min(least, nanos(kernel, items, lastArgument, repeats));
    }
    return (double) least / repeats;
  }

  /** Time of some runs after each other; of one by the device's clock where that is believed. */
  private long nanos(cl_kernel kernel, long items, int lastArgument, int repeats) {
    int index = kernelArguments(kernel) - 1;
    CL.clSetKernelArg(kernel, index, 4, Pointer.to(new int[] {lastArgument}));
    cl_command_queue queue = cl.queue(true);
    cl_event event = cl.clock().own() ? new cl_event() : null;
    long[] global = {items};
    long[] local = {group};
    long before = System.nanoTime();
    for (int i = 0; i < repeats; i++) {
      CL.clEnqueueNDRangeKernel(queue, kernel, 1, null, global, local, 0, null, event);
    }
    CL.clFinish(queue);
    long after = System.nanoTime();
    if (event == null) {
      return Math.max(1, after - before);
    }
    ClockCheck.Sample s = ClockAlignment.sample(before, event, after);
    CL.clReleaseEvent(event);
    samples.add(s);
    return Math.max(1, s.end() - s.start());
  }

  private static int kernelArguments(cl_kernel kernel) {
    int[] n = new int[1];
    CL.clGetKernelInfo(kernel, CL.CL_KERNEL_NUM_ARGS, 4, Pointer.to(n), null);
    return n[0];
  }
}
