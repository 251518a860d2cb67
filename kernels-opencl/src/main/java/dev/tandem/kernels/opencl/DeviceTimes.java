package dev.tandem.kernels.opencl;

import dev.tandem.devices.OpSpans;
import dev.tandem.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jocl.CL;
import org.jocl.cl_command_queue;
import org.jocl.cl_event;

/**
 * Times by the device's own clock: those of its events, once all commands have ended. Closing gives
 * the events back. A run whose times cannot be true is told by the host's clock, without its
 * operations, and the device's clock is not believed again.
 */
final class DeviceTimes implements RunTimes {
  private record Kernel(Node node, int part, cl_event event) {}

  private record Transfer(OpSpans.Direction direction, long bytes, cl_event event) {}

  private final ClClock own;
  private final ClockAlignment clock;
  private final OpSpans spans;
  private final List<Kernel> kernels = new ArrayList<>();
  private final List<Transfer> transfers = new ArrayList<>();
  private final long beforeNs = System.nanoTime();
  private long firstKernelNs;

  DeviceTimes(ClContext cl, OpSpans spans) {
    this.own = cl.clock();
    this.clock = ClockAlignment.measure(cl.queue(true));
    this.spans = spans;
  }

  @Override
  public void kernel(cl_command_queue queue, Node node, int part, boolean edge, Command command) {
    if (firstKernelNs == 0) {
      firstKernelNs = System.nanoTime();
    }
    if (edge || spans.operations()) {
      cl_event event = new cl_event();
      kernels.add(new Kernel(node, part, event));
      command.enqueue(event);
    } else {
      command.enqueue(null);
    }
  }

  @Override
  public void transfer(
      cl_command_queue queue, OpSpans.Direction direction, long bytes, Command command) {
    cl_event event = new cl_event();
    transfers.add(new Transfer(direction, bytes, event));
    command.enqueue(event);
  }

  @Override
  public void computed(cl_command_queue queue) {}

  @Override
  public void report() {
    long afterNs = System.nanoTime();
    RunSpans run = new RunSpans(beforeNs, afterNs);
    for (Transfer t : transfers) {
      run.transfer(t.direction(), t.bytes(), clock.start(t.event()), clock.end(t.event()));
    }
    for (Kernel k : kernels) {
      run.kernel(k.node(), k.part(), clock.start(k.event()), clock.end(k.event()));
    }
    Optional<String> fault = run.fault(clock.errorNs());
    if (fault.isEmpty()) {
      spans.clockError(clock.errorNs());
      run.tell(spans);
    } else {
      own.distrust(fault.get());
      if (firstKernelNs != 0) {
        spans.busy(firstKernelNs, afterNs);
      }
    }
  }

  @Override
  public void close() {
    kernels.forEach(k -> release(k.event()));
    transfers.forEach(t -> release(t.event()));
  }

  /** An event whose command could not be enqueued was never made. */
  private static void release(cl_event event) {
    if (event.getNativePointer() != 0) {
      CL.clReleaseEvent(event);
    }
  }
}
