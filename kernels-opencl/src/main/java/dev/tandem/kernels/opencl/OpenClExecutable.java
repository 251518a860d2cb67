package dev.tandem.kernels.opencl;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Executable;
import dev.tandem.devices.OpSpans;
import dev.tandem.devices.ProductKernel;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Graph;
import dev.tandem.kernels.opencl.plan.KernelPlan;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.cl_command_queue;

/**
 * Lists of kernel launches with all arguments set, one for each part of the batch; a run enqueues
 * them in order, each part on its own queue, and waits.
 */
final class OpenClExecutable implements Executable {
  private final ClContext cl;
  private final KernelPlan plan;
  private final CompiledMemory memory;
  private final MemoryUse use;
  private final CallerMemory caller;
  private final List<List<Launch>> parts;
  private final List<Tensor> sources;
  private final Consumer<OpenClExecutable> whenClosed;
  private boolean closed;

  /**
   * Kernels with all that they need.
   *
   * @param sources weights that the device reads in their source's memory
   */
  OpenClExecutable(
      ClContext cl,
      KernelPlan plan,
      CompiledMemory memory,
      MemoryUse use,
      CallerMemory caller,
      List<List<Launch>> parts,
      List<Tensor> sources,
      Consumer<OpenClExecutable> whenClosed) {
    this.whenClosed = whenClosed;
    this.cl = cl;
    this.plan = plan;
    this.memory = memory;
    this.use = use;
    this.caller = caller;
    this.sources = List.copyOf(sources);
    this.parts = parts.stream().map(List::copyOf).toList();
  }

  @Override
  public Graph graph() {
    return plan.graph();
  }

  @Override
  public Tensor input(String name) {
    return caller.input(name);
  }

  @Override
  public Tensor output(String name) {
    return caller.output(name);
  }

  @Override
  public void run(OpSpans spans) {
    if (closed) {
      throw new IllegalStateException("the executable of " + graph().name() + " is closed");
    }
    if (!sources.stream().allMatch(t -> t.data().scope().isAlive())) {
      throw new IllegalStateException(
          "the weights of " + graph().name() + " are read where they are stored, and are closed");
    }
    plan.checks().forEach(c -> c.check(caller.input(c.input())));
    boolean timed = !spans.equals(OpSpans.NONE);
    cl_command_queue queue = cl.queue(timed);
    try (RunTimes times = RunTimes.of(cl, spans)) {
      caller.toDevice(queue, times);
      if (parts.size() > 1) {
        CL.clFinish(queue); // the parts' queues do not wait for this one
      }
      int last = parts.getFirst().size() - 1;
      for (int i = 0; i <= last; i++) {
        for (int p = 0; p < parts.size(); p++) {
          Launch l = parts.get(p).get(i);
          int part = parts.size() == 1 ? 0 : p + 1;
          enqueue(times, queue(p, timed), l, part, i == 0 || i == last);
        }
      }
      finish(timed, times);
      times.report();
    } catch (CLException e) {
      throw failed("a transfer of " + graph().name(), e);
    }
  }

  private cl_command_queue queue(int part, boolean timed) {
    return parts.size() == 1 ? cl.queue(timed) : cl.halfQueue(part, timed);
  }

  private void finish(boolean timed, RunTimes times) {
    try {
      if (parts.size() > 1) {
        for (int p = 0; p < parts.size(); p++) {
          CL.clFlush(queue(p, timed));
        }
        for (int p = 0; p < parts.size(); p++) {
          CL.clFinish(queue(p, timed));
        }
      }
      cl_command_queue queue = cl.queue(timed);
      times.computed(queue);
      caller.toHost(queue, times);
      CL.clFinish(queue);
    } catch (CLException e) {
      throw failed("a kernel of " + graph().name(), e);
    }
  }

  private void enqueue(RunTimes times, cl_command_queue queue, Launch l, int part, boolean edge) {
    try {
      l.streamed().forEach(w -> w.before(queue));
      times.kernel(
          queue,
          l.node(),
          part,
          edge,
          event ->
              CL.clEnqueueNDRangeKernel(
                  queue,
                  l.handle(),
                  l.global().length,
                  null,
                  l.global(),
                  l.local(),
                  0,
                  null,
                  event));
      l.streamed().forEach(w -> w.after(queue));
    } catch (CLException e) {
      throw failed(
          "kernel "
              + l.kernel()
              + " of "
              + l.node()
              + " with sizes "
              + Arrays.toString(l.global())
              + " in groups of "
              + Arrays.toString(l.local()),
          e);
    }
  }

  private DeviceException failed(String what, CLException e) {
    return new DeviceException(
        cl.id()
            + ": "
            + what
            + " failed: "
            + e.getMessage()
            + "; the graph uses "
            + memory()
            + " of "
            + cl.budget().limit().total()
            + " bytes, work-groups may have "
            + cl.device().maxWorkGroup()
            + " work-items and "
            + cl.device().localMemory()
            + " bytes of local memory",
        e);
  }

  /** All kernels of a run, part after part. */
  List<Launch> launches() {
    return parts.stream().flatMap(List::stream).toList();
  }

  @Override
  public List<ProductKernel> products() {
    return plan.products();
  }

  @Override
  public MemoryUse memory() {
    return use;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      whenClosed.accept(this);
      memory.close();
    }
  }
}
