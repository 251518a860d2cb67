package dev.tandem.kernels.opencl;

import dev.tandem.devices.OpSpans;
import dev.tandem.graph.Node;
import java.util.Optional;
import org.jocl.CL;
import org.jocl.cl_command_queue;

/**
 * Times by the host's clock, for devices whose own cannot be believed. What is to be told by itself
 * is waited for, so the driver's work and the wait count as the device's.
 */
final class HostTimes implements RunTimes {
  private final OpSpans spans;
  private final RunSpans run = new RunSpans(Long.MIN_VALUE, Long.MAX_VALUE);
  private Optional<Node> first = Optional.empty();
  private long firstKernelNs;

  HostTimes(OpSpans spans) {
    this.spans = spans;
  }

  @Override
  public void kernel(cl_command_queue queue, Node node, int part, boolean edge, Command command) {
    long start = System.nanoTime();
    if (first.isEmpty()) {
      first = Optional.of(node);
      firstKernelNs = start;
    }
    command.enqueue(null);
    if (spans.operations()) {
      CL.clFinish(queue);
      run.kernel(node, part, start, System.nanoTime());
    }
  }

  @Override
  public void transfer(
      cl_command_queue queue, OpSpans.Direction direction, long bytes, Command command) {
    long start = System.nanoTime();
    command.enqueue(null);
    CL.clFinish(queue);
    run.transfer(direction, bytes, start, System.nanoTime());
  }

  @Override
  public void computed(cl_command_queue queue) {
    CL.clFinish(queue);
    if (first.isPresent() && !spans.operations()) {
      run.kernel(first.get(), 0, firstKernelNs, System.nanoTime());
    }
  }

  @Override
  public void report() {
    run.tell(spans);
  }

  @Override
  public void close() {}
}
