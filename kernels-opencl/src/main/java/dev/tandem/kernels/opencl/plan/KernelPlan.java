package dev.tandem.kernels.opencl.plan;

import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.devices.ProductKernel;
import dev.tandem.graph.Cost;
import dev.tandem.graph.Graph;
import dev.tandem.kernels.opencl.plan.PlannedBuffer.Kind;
import java.util.List;
import java.util.Map;

/**
 * How a graph is computed: its kernels and the memory that they need. Nothing of it is on a device
 * yet.
 *
 * @param graph after fusion
 * @param buffers by their numbers; each is memory of its own
 * @param inputs numbers of the buffers that the caller writes, by names of inputs
 * @param outputs numbers of the buffers that the caller reads, by names of outputs: two may be one
 *     buffer, and one may be an input's
 * @param parts kernels of each part of the batch, in the order in which they run; as many in each
 *     part, and parts may run beside each other
 * @param checks to be made before each run
 * @param lookups which tunables were asked for, in order, and what was found
 */
public record KernelPlan(
    Graph graph,
    List<PlannedBuffer> buffers,
    Map<String, Integer> inputs,
    Map<String, Integer> outputs,
    List<List<PlannedKernel>> parts,
    List<IndexCheck> checks,
    Map<Lookup, Tunables> lookups) {
  public KernelPlan {
    buffers = List.copyOf(buffers);
    parts = parts.stream().map(List::copyOf).toList();
    checks = List.copyOf(checks);
  }

  /** All kernels: those of the first part, then those of the next. */
  public List<PlannedKernel> kernels() {
    return parts.stream().flatMap(List::stream).toList();
  }

  /** The buffers of these kinds, by number. */
  public List<PlannedBuffer> buffers(Kind... kinds) {
    return buffers.stream().filter(b -> List.of(kinds).contains(b.kind())).toList();
  }

  /** Which kernels compute the products, and in which type they read the factors. */
  public List<ProductKernel> products() {
    return parts.getFirst().stream()
        .filter(k -> k.factors().isPresent())
        .map(
            k ->
                new ProductKernel(
                    k.node(), k.label(), k.factors().get(), Cost.of(k.node()).flops() / 2))
        .toList();
  }

  /** The largest weight that is not kept, bytes; 0 if all are. */
  public long streamedBytes() {
    return buffers(Kind.STREAMED).stream().mapToLong(PlannedBuffer::bytes).max().orElse(0);
  }

  /** What all buffers take, bytes; of weights that are not kept, one at a time. */
  public MemoryUse memory() {
    return new MemoryUse(
        bytes(Kind.ARENA, Kind.INPUT, Kind.OUTPUT),
        bytes(Kind.WEIGHT, Kind.RESTING) + streamedBytes(),
        bytes(Kind.SCRATCH, Kind.CONSTANT),
        buffers.stream().mapToLong(PlannedBuffer::bytes).max().orElse(0));
  }

  private long bytes(Kind... kinds) {
    return buffers(kinds).stream().mapToLong(PlannedBuffer::bytes).sum();
  }
}
