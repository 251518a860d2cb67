package dev.tandem.kernels.cpu;

import dev.tandem.devices.FloatReader;
import dev.tandem.devices.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Copies weights of any real type as F32.
 *
 * @param threads that copy a part each
 * @param concurrent false if the weights may be read on the caller's thread only, which then copies
 */
record Widening(DeviceThreads threads, boolean concurrent) {
  /** Elements at once: they stay in the cache between reading and writing. */
  private static final int CHUNK = 1 << 14;

  /** Below this many elements the caller is done sooner than threads are woken. */
  private static final int SMALLEST_SHARED = 1 << 16;

  /** Copies a tensor to the beginning of memory that is large enough. */
  void copy(Tensor t, MemorySegment to) {
    if (!concurrent || t.elements() < SMALLEST_SHARED) {
      copy(t, to, 0, t.elements());
      return;
    }
    Runnable[] tasks = new Runnable[threads.count()];
    for (int i = 0; i < tasks.length; i++) {
      long first = t.elements() * i / tasks.length;
      long end = t.elements() * (i + 1) / tasks.length;
      tasks[i] = () -> copy(t, to, first, end);
    }
    threads.run(tasks);
  }

  private static void copy(Tensor t, MemorySegment to, long first, long end) {
    FloatReader reader = new FloatReader();
    float[] chunk = new float[CHUNK];
    for (long i = first; i < end; i += CHUNK) {
      int n = (int) Math.min(CHUNK, end - i);
      reader.read(t, i, chunk, 0, n);
      MemorySegment.copy(chunk, 0, to, ValueLayout.JAVA_FLOAT, i * Float.BYTES, n);
    }
  }
}
