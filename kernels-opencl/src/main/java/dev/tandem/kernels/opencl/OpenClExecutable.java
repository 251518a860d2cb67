package dev.tandem.kernels.opencl;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Executable;
import dev.tandem.devices.OpSpans;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Graph;
import java.util.Arrays;
import java.util.List;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.cl_command_queue;
import org.jocl.cl_event;

/** A list of kernel launches with all arguments set; a run enqueues them in order and waits. */
final class OpenClExecutable implements Executable {
  private final OpenClDevice device;
  private final Graph graph;
  private final CompiledMemory memory;
  private final CallerMemory caller;
  private final List<Launch> launches;
  private final List<IndexCheck> checks;
  private boolean closed;

  OpenClExecutable(
      OpenClDevice device,
      Graph graph,
      CompiledMemory memory,
      CallerMemory caller,
      List<Launch> launches,
      List<IndexCheck> checks) {
    this.device = device;
    this.graph = graph;
    this.memory = memory;
    this.caller = caller;
    this.launches = List.copyOf(launches);
    this.checks = List.copyOf(checks);
  }

  @Override
  public Graph graph() {
    return graph;
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
      throw new IllegalStateException("the executable of " + graph.name() + " is closed");
    }
    checks.forEach(IndexCheck::check);
    boolean timed = !spans.equals(OpSpans.NONE);
    cl_command_queue queue = device.cl().queue(timed);
    try (RunEvents events = timed ? RunEvents.of(queue, spans) : RunEvents.none()) {
      caller.toDevice(queue, events);
      for (int i = 0; i < launches.size(); i++) {
        boolean edge = i == 0 || i == launches.size() - 1;
        enqueue(queue, launches.get(i), events.kernel(launches.get(i).node(), edge));
      }
      finish(queue, events);
      events.report();
    }
  }

  private void finish(cl_command_queue queue, RunEvents events) {
    try {
      caller.toHost(queue, events);
      CL.clFinish(queue);
    } catch (CLException e) {
      throw failed("a kernel of " + graph.name(), e);
    }
  }

  /** Enqueues a kernel; {@code event} is null if its times are not asked for. */
  private void enqueue(cl_command_queue queue, Launch l, cl_event event) {
    try {
      CL.clEnqueueNDRangeKernel(
          queue, l.handle(), l.global().length, null, l.global(), l.local(), 0, null, event);
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
        device.cl().id() + ": " + what + " failed: " + e.getMessage() + "; it uses " + memory(), e);
  }

  List<Launch> launches() {
    return launches;
  }

  @Override
  public MemoryUse memory() {
    return memory.use();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      device.forget(this);
      memory.close();
    }
  }
}
