package dev.tandem.kernels.cpu;

import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.devices.MemoryBudget;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * The memory of one executable, taken from the device's budget; or none, where it is only to be
 * known how much it would be: segments then have addresses that nothing may read or write.
 */
final class Memory implements AutoCloseable {
  static final int ALIGNMENT = 64;

  /** What memory is for. */
  enum Kind {
    ARENA("activations"),
    WEIGHTS("weights"),
    SCRATCH("scratch");

    private final String purpose;

    Kind(String purpose) {
      this.purpose = purpose;
    }
  }

  /** Real memory: where it comes from, and what it is taken from. */
  private record Source(Arena arena, Heap heap, MemoryBudget budget) {}

  private final String graph;
  private final Optional<Source> source;
  private final Map<Kind, Long> bytes = new EnumMap<>(Kind.class);
  private long largest;
  private long next = ALIGNMENT;

  private Memory(String graph, Optional<Source> source) {
    this.graph = graph;
    this.source = source;
  }

  @SuppressWarnings("MustBeClosedChecker") // close() does
  static Memory within(MemoryBudget budget, Heap heap, String graph) {
    return new Memory(graph, Optional.of(new Source(Arena.ofShared(), heap, budget)));
  }

  static Memory counted(String graph) {
    return new Memory(graph, Optional.empty());
  }

  /** True if there is memory behind the segments. */
  boolean real() {
    return source.isPresent();
  }

  /**
   * Memory that lives as long as this; zeroed, but for weights, which are written as a whole before
   * anything reads them.
   */
  @SuppressWarnings("restricted") // the addresses of counted memory are never followed
  MemorySegment allocate(Kind kind, long size) {
    reserve(kind, size);
    if (source.isPresent()) {
      Source s = source.get();
      return kind == Kind.WEIGHTS
          ? s.heap().allocate(s.arena(), size, ALIGNMENT)
          : s.arena().allocate(size, ALIGNMENT);
    }
    MemorySegment nowhere = MemorySegment.ofAddress(next).reinterpret(size);
    next += (size + ALIGNMENT - 1) & -ALIGNMENT;
    return nowhere;
  }

  /**
   * Counts memory that is not allocated here, or later, by {@link #allocateReserved}: a mapped
   * file's takes as much room.
   */
  void reserve(Kind kind, long size) {
    source.ifPresent(s -> s.budget().take(kind.purpose + " of '" + graph + "'", size));
    bytes.merge(kind, size, Long::sum);
    largest = Math.max(largest, size);
  }

  /** Memory that was reserved, with any contents; there must be some. */
  MemorySegment allocateReserved(long size) {
    Source s = source.orElseThrow();
    return s.heap().allocate(s.arena(), size, ALIGNMENT);
  }

  private long bytes(Kind kind) {
    return bytes.getOrDefault(kind, 0L);
  }

  MemoryUse use() {
    return new MemoryUse(bytes(Kind.ARENA), bytes(Kind.WEIGHTS), bytes(Kind.SCRATCH), largest);
  }

  @Override
  public void close() {
    source.ifPresent(
        s -> {
          s.budget().giveBack(use().total());
          s.arena().close();
        });
  }
}
