package dev.tandem.kernels.opencl;

import dev.tandem.devices.OpSpans;
import dev.tandem.graph.Node;
import org.jocl.cl_command_queue;
import org.jocl.cl_event;

/**
 * Enqueues one run's commands and tells when they ran: not at all, by the device's clock, or by the
 * host's.
 */
sealed interface RunTimes extends AutoCloseable permits RunTimes.Untold, DeviceTimes, HostTimes {
  /** Something to enqueue. */
  interface Command {
    /**
     * Enqueues it.
     *
     * @param event what times it; null if nobody asks, as JOCL has it
     */
    void enqueue(cl_event event);
  }

  /** For a run of an idle device. */
  static RunTimes of(ClContext cl, OpSpans spans) {
    if (spans.equals(OpSpans.NONE)) {
      return new Untold();
    }
    return cl.clock().own() ? new DeviceTimes(cl, spans) : new HostTimes(spans);
  }

  /**
   * A kernel.
   *
   * @param part of the batch it computes, from 1; 0 if the batch is not in parts
   * @param edge whether it is the first or the last one of its part
   */
  void kernel(cl_command_queue queue, Node node, int part, boolean edge, Command command);

  void transfer(cl_command_queue queue, OpSpans.Direction direction, long bytes, Command command);

  /** All kernels are enqueued: {@code queue} is the last that has any. */
  void computed(cl_command_queue queue);

  /** Tells the times; all commands have ended. */
  void report();

  @Override
  void close();

  /** Tells nothing. */
  final class Untold implements RunTimes {
    @Override
    public void kernel(cl_command_queue queue, Node node, int part, boolean edge, Command c) {
      c.enqueue(null);
    }

    @Override
    public void transfer(
        cl_command_queue queue, OpSpans.Direction direction, long bytes, Command c) {
      c.enqueue(null);
    }

    @Override
    public void computed(cl_command_queue queue) {}

    @Override
    public void report() {}

    @Override
    public void close() {}
  }
}
