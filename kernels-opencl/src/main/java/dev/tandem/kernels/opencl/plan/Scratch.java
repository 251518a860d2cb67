package dev.tandem.kernels.opencl.plan;

/**
 * Memory that operations use while they run and leave to the next one: kernels run in order, so one
 * buffer of the largest operation's size serves all.
 */
final class Scratch {
  private final PlannedBuffers buffers;
  private final int number;
  private final int alignment;
  private long used;

  /**
   * Nothing yet.
   *
   * @param number of the buffer, which grows
   * @param alignment of what is taken, bytes
   */
  Scratch(PlannedBuffers buffers, int number, int alignment) {
    this.buffers = buffers;
    this.number = number;
    this.alignment = alignment;
  }

  /** Starts the next operation: all parts handed out so far may be overwritten by it. */
  void reset() {
    used = 0;
  }

  /** A piece of the present operation's. */
  Ref take(long elements, int elementBytes) {
    Ref piece = new Ref(number, used / elementBytes);
    long bytes = Math.multiplyExact(elements, elementBytes);
    used += (bytes + alignment - 1) / alignment * alignment;
    buffers.grow(number, used);
    return piece;
  }
}
