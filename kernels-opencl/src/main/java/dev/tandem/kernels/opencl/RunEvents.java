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
 * The events of one run's commands, and their device times told as spans once the queue is done.
 * Closing gives the events back. An event that is not wanted is null, as JOCL has it.
 */
final class RunEvents implements AutoCloseable {
  private record Kernel(Node node, cl_event event) {}

  private record Transfer(OpSpans.Direction direction, long bytes, cl_event event) {}

  private final Optional<ClockAlignment> clock;
  private final OpSpans spans;
  private final List<Kernel> kernels = new ArrayList<>();
  private final List<Transfer> transfers = new ArrayList<>();

  private RunEvents(Optional<ClockAlignment> clock, OpSpans spans) {
    this.clock = clock;
    this.spans = spans;
  }

  /** Wants no event. */
  static RunEvents none() {
    return new RunEvents(Optional.empty(), OpSpans.NONE);
  }

  /** Wants those that {@code spans} asks for, of an idle queue that records profiling times. */
  static RunEvents of(cl_command_queue queue, OpSpans spans) {
    return new RunEvents(Optional.of(ClockAlignment.measure(queue)), spans);
  }

  /**
   * The event for a kernel.
   *
   * @param edge whether it is the run's first or last one
   */
  cl_event kernel(Node node, boolean edge) {
    if (clock.isEmpty() || !(edge || spans.operations())) {
      return null;
    }
    cl_event event = new cl_event();
    kernels.add(new Kernel(node, event));
    return event;
  }

  /** The event for a transfer. */
  cl_event transfer(OpSpans.Direction direction, long bytes) {
    if (clock.isEmpty()) {
      return null;
    }
    cl_event event = new cl_event();
    transfers.add(new Transfer(direction, bytes, event));
    return event;
  }

  /** Tells the spans; all commands must have ended. */
  void report() {
    clock.ifPresent(this::report);
  }

  private void report(ClockAlignment c) {
    spans.clockError(c.errorNs());
    if (!kernels.isEmpty()) {
      tell(c, kernels, spans::busy);
    }
    for (Transfer t : transfers) {
      spans.transfer(t.direction(), t.bytes(), c.start(t.event()), c.end(t.event()));
    }
    if (spans.operations()) {
      reportOperations(c);
    }
  }

  /** One span a node: from the start of its first kernel to the end of its last. */
  private void reportOperations(ClockAlignment c) {
    for (int from = 0, to = 0; from < kernels.size(); from = to) {
      Node node = kernels.get(from).node();
      while (to < kernels.size() && kernels.get(to).node() == node) {
        to++;
      }
      tell(c, kernels.subList(from, to), (start, end) -> spans.span(node, start, end));
    }
  }

  private interface Times {
    void fromTo(long startNs, long endNs);
  }

  /** Parts of a batch have queues of their own, so the last to be enqueued may not end last. */
  private static void tell(ClockAlignment c, List<Kernel> of, Times to) {
    long start = Long.MAX_VALUE;
    long end = Long.MIN_VALUE;
    for (Kernel k : of) {
      start = Math.min(start, c.start(k.event()));
      end = Math.max(end, c.end(k.event()));
    }
    to.fromTo(start, end);
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
