package dev.tandem.kernels.opencl;

import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Node;
import dev.tandem.kernels.opencl.plan.KernelArgument;
import dev.tandem.kernels.opencl.plan.KernelPlan;
import dev.tandem.kernels.opencl.plan.PlannedBuffer;
import dev.tandem.kernels.opencl.plan.PlannedKernel;
import dev.tandem.kernels.opencl.plan.PrebuiltSource;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;
import org.jocl.cl_program;

/**
 * Runs plans as another runtime would: each buffer behind a header, with arguments of its own
 * before those of the kernels, and with nothing but the texts and numbers of the plan.
 */
final class PrebuiltRunner implements AutoCloseable {
  private static final String HIDDEN =
      "__global long *hidden_0, __constant uchar *hidden_1, __local uchar *hidden_2, int hidden_3";
  private static final int HIDDEN_COUNT = 4;

  private final ClContext cl;
  private final int header;
  private final cl_mem nothing;
  private final Map<String, cl_program> programs = new HashMap<>();

  /**
   * A runner on a device.
   *
   * @param header before the first element of each buffer, bytes
   */
  PrebuiltRunner(ClContext cl, int header) {
    this.cl = cl;
    this.header = header;
    this.nothing = cl.allocate("nothing", 64);
  }

  /** Runs a plan; the elements of its output {@code y}, which are 32-bit floats. */
  float[] run(KernelPlan plan, Weights weights, Function<Node, Tensor> inputs) {
    Deque<Runnable> undo = new ArrayDeque<>();
    try (Arena arena = Arena.ofConfined()) {
      List<cl_mem> buffers = new ArrayList<>();
      for (PlannedBuffer b : plan.buffers()) {
        cl_mem m = cl.allocate(b.purpose(), header + b.bytes());
        buffers.add(m);
        undo.push(() -> cl.release(m, header + b.bytes()));
        b.contents()
            .ifPresent(
                c -> {
                  MemorySegment host = arena.allocate(b.bytes(), 8).fill((byte) 0x55);
                  c.write(weights, host);
                  write(m, host);
                });
      }
      for (Node n : plan.graph().inputs()) {
        cl_mem m = buffers.get(plan.inputs().get(n.name()));
        write(m, arena.allocate(n.bytes(), 8).copyFrom(inputs.apply(n).data()));
      }
      plan.kernels().forEach(k -> launch(k, buffers));
      int y = plan.outputs().get("y");
      MemorySegment result = arena.allocate(plan.buffers().get(y).bytes(), 8);
      CL.clEnqueueReadBuffer(
          queue(), buffers.get(y), true, header, result.byteSize(), pointer(result), 0, null, null);
      return result.toArray(ValueLayout.JAVA_FLOAT);
    } finally {
      undo.forEach(Runnable::run);
    }
  }

  private cl_command_queue queue() {
    return cl.queue(false);
  }

  private static Pointer pointer(MemorySegment host) {
    return ClContext.pointer(host);
  }

  private void write(cl_mem to, MemorySegment host) {
    CL.clEnqueueWriteBuffer(
        queue(), to, true, header, host.byteSize(), pointer(host), 0, null, null);
  }

  /** A kernel with the arguments of the runtime, and with local arrays. */
  cl_kernel kernel(PlannedKernel k) {
    List<Long> local = new ArrayList<>();
    for (KernelArgument a : k.arguments()) {
      if (a instanceof KernelArgument.Local l) {
        local.add(l.bytes());
      }
    }
    String text = PrebuiltSource.of(k.program().source(), k.entry(), HIDDEN, local);
    return CL.clCreateKernel(programs.computeIfAbsent(text, this::build), k.entry(), null);
  }

  private cl_program build(String text) {
    cl_program p = CL.clCreateProgramWithSource(cl.context(), 1, new String[] {text}, null, null);
    CL.clBuildProgram(p, 0, null, "-w -cl-std=CL1.2", null, null);
    return p;
  }

  private void launch(PlannedKernel k, List<cl_mem> buffers) {
    cl_kernel kernel = kernel(k);
    CL.clSetKernelArg(kernel, 0, 8, Pointer.to(nothing));
    CL.clSetKernelArg(kernel, 1, 8, Pointer.to(nothing));
    CL.clSetKernelArg(kernel, 2, 64, null);
    CL.clSetKernelArg(kernel, 3, 4, Pointer.to(new int[1]));
    int at = HIDDEN_COUNT;
    for (KernelArgument a : k.arguments()) {
      switch (a) {
        case KernelArgument.Local _ -> at--;
        case KernelArgument.Buffer b -> {
          CL.clSetKernelArg(kernel, at, 8, Pointer.to(buffers.get(b.number())));
          at++;
          CL.clSetKernelArg(kernel, at, 8, Pointer.to(new long[] {header}));
        }
        case KernelArgument.I32 v ->
            CL.clSetKernelArg(kernel, at, 4, Pointer.to(new int[] {v.value()}));
        case KernelArgument.I64 v ->
            CL.clSetKernelArg(kernel, at, 8, Pointer.to(new long[] {v.value()}));
        case KernelArgument.F32 v ->
            CL.clSetKernelArg(kernel, at, 4, Pointer.to(new float[] {v.value()}));
      }
      at++;
    }
    long[] global = k.global().stream().mapToLong(Long::longValue).toArray();
    long[] local = k.local().stream().mapToLong(Long::longValue).toArray();
    CL.clEnqueueNDRangeKernel(queue(), kernel, global.length, null, global, local, 0, null, null);
    CL.clFinish(queue());
    CL.clReleaseKernel(kernel);
  }

  @Override
  public void close() {
    programs.values().forEach(CL::clReleaseProgram);
    cl.release(nothing, 64);
  }
}
