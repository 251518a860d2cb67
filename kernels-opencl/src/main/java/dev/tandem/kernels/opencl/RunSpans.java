package dev.tandem.kernels.opencl;

import dev.tandem.devices.OpSpans;
import dev.tandem.graph.Node;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * The times of one run in the host's clock, told as spans that follow each other as the commands
 * did: what a clock's error or rounding makes overlap is cut.
 */
final class RunSpans {
  private record Kernel(Node node, int part, long start, long end) {}

  private record Transfer(OpSpans.Direction direction, long bytes, long start, long end) {
    private boolean toDevice() {
      return direction == OpSpans.Direction.UPLOAD || direction == OpSpans.Direction.UNMAP;
    }

    private Transfer within(Sequence all) {
      Sequence own = all.next(start, end);
      return new Transfer(direction, bytes, own.first, own.last);
    }
  }

  private final long beforeNs;
  private final long afterNs;
  private final List<Kernel> kernels = new ArrayList<>();
  private final List<Transfer> transfers = new ArrayList<>();

  /**
   * Of a run with no command yet.
   *
   * @param beforeNs when the host began it: no span lies before
   * @param afterNs when the host had seen its end: no span lies behind
   */
  RunSpans(long beforeNs, long afterNs) {
    this.beforeNs = beforeNs;
    this.afterNs = afterNs;
  }

  /** A kernel ran, in the order of its part's queue. */
  void kernel(Node node, int part, long start, long end) {
    kernels.add(new Kernel(node, part, start, end));
  }

  /** Data was handed over, in the order of the queue. */
  void transfer(OpSpans.Direction direction, long bytes, long start, long end) {
    transfers.add(new Transfer(direction, bytes, start, end));
  }

  /** What shows that these times are not true; empty if nothing does. */
  Optional<String> fault(long errorNs) {
    long start = Long.MAX_VALUE;
    long end = Long.MIN_VALUE;
    for (Kernel k : kernels) {
      if (k.end() < k.start()) {
        return ClockCheck.faultOfRun(beforeNs, k.start(), k.end(), afterNs, errorNs);
      }
      start = Math.min(start, k.start());
      end = Math.max(end, k.end());
    }
    return kernels.isEmpty()
        ? Optional.empty()
        : ClockCheck.faultOfRun(beforeNs, start, end, afterNs, errorNs);
  }

  /** Tells all of them. */
  void tell(OpSpans spans) {
    aligned().tellAligned(spans);
  }

  /**
   * The same, moved as a whole into what the host saw of the run: the clocks' error is one for all
   * of it, and cutting what lies outside would leave operations of no length.
   */
  private RunSpans aligned() {
    long first =
        LongStream.concat(
                kernels.stream().mapToLong(Kernel::start),
                transfers.stream().mapToLong(Transfer::start))
            .min()
            .orElse(beforeNs);
    long last =
        LongStream.concat(
                kernels.stream().mapToLong(Kernel::end),
                transfers.stream().mapToLong(Transfer::end))
            .max()
            .orElse(afterNs);
    boolean fits = last - first <= afterNs - beforeNs;
    long within = first < beforeNs ? beforeNs - first : Math.min(0, afterNs - last);
    long shift = fits ? within : 0;
    RunSpans moved = new RunSpans(beforeNs, afterNs);
    kernels.forEach(k -> moved.kernel(k.node, k.part, k.start + shift, k.end + shift));
    transfers.forEach(t -> moved.transfer(t.direction, t.bytes, t.start + shift, t.end + shift));
    return moved;
  }

  private void tellAligned(OpSpans spans) {
    Sequence all = new Sequence(beforeNs, afterNs);
    List<Transfer> handed = new ArrayList<>();
    transfers.stream().filter(Transfer::toDevice).map(t -> t.within(all)).forEach(handed::add);
    Optional<Sequence> busy =
        kernels.isEmpty() ? Optional.empty() : Optional.of(all.next(start(kernels), end(kernels)));
    transfers.stream().filter(t -> !t.toDevice()).map(t -> t.within(all)).forEach(handed::add);
    busy.ifPresent(b -> spans.busy(b.first, b.last));
    handed.forEach(t -> spans.transfer(t.direction(), t.bytes(), t.start(), t.end()));
    if (spans.operations()) {
      busy.ifPresent(b -> operations(b, spans));
    }
  }

  private void operations(Sequence busy, OpSpans spans) {
    Set<Integer> parts = new LinkedHashSet<>();
    kernels.forEach(k -> parts.add(k.part()));
    if (parts.size() > 1 && !spans.parts()) {
      eachNode(kernels, spans);
      return;
    }
    for (int part : parts) {
      Sequence queue = new Sequence(busy.first, busy.last);
      eachNode(
          kernels.stream().filter(k -> k.part() == part).toList(),
          (node, start, end) -> {
            Sequence own = queue.next(start, end);
            spans.span(node, part, own.first, own.last);
          });
    }
  }

  /** One span a node: from the start of its first kernel to the end of its last. */
  private static void eachNode(List<Kernel> of, OpSpans tell) {
    for (int from = 0, to = 0; from < of.size(); from = to) {
      Node node = of.get(from).node();
      while (to < of.size() && of.get(to).node() == node) {
        to++;
      }
      List<Kernel> own = of.subList(from, to);
      tell.span(node, start(own), end(own));
    }
  }

  private static long start(List<Kernel> of) {
    return of.stream().mapToLong(Kernel::start).min().orElseThrow();
  }

  /** Parts of a batch have queues of their own, so the last to be enqueued may not end last. */
  private static long end(List<Kernel> of) {
    return of.stream().mapToLong(Kernel::end).max().orElseThrow();
  }

  /** A time that holds others, one after the other. */
  private static final class Sequence {
    private final long first;
    private final long last;
    private long at;

    private Sequence(long first, long last) {
      this.first = first;
      this.last = last;
      this.at = first;
    }

    /** What is left of a time within this one after those before. */
    private Sequence next(long start, long end) {
      long from = Math.clamp(start, at, last);
      at = Math.clamp(end, from, last);
      return new Sequence(from, at);
    }
  }
}
