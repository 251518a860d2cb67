package dev.tandem.kernels.opencl;

import dev.tandem.devices.Weights;
import dev.tandem.kernels.opencl.plan.PlannedBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The weights that lie on a device: executables that read the same ones of one source, in the same
 * layout, share them. A weight goes with the last executable that reads it. Thread-safe.
 */
final class WeightPool {
  private record Key(Weights source, String share, long bytes) {}

  private static final class Entry {
    private final FilledBuffer buffer;
    private int users = 1;

    private Entry(FilledBuffer buffer) {
      this.buffer = buffer;
    }
  }

  private final Map<Key, Entry> kept = new HashMap<>();

  /** A use of a weight, until it is closed. */
  record Use(FilledBuffer buffer, Runnable end) {}

  /**
   * A weight that is there already, or is made now.
   *
   * @param make called at most once, outside of the pool's lock
   */
  Use take(Weights source, PlannedBuffer b, Supplier<FilledBuffer> make) {
    Key key = new Key(source, b.share(), b.bytes());
    synchronized (this) {
      Entry known = kept.get(key);
      if (known != null) {
        known.users++;
        return new Use(known.buffer, () -> giveBack(key, known));
      }
    }
    Entry made = new Entry(make.get());
    synchronized (this) {
      kept.put(key, made);
    }
    return new Use(made.buffer, () -> giveBack(key, made));
  }

  private synchronized void giveBack(Key key, Entry e) {
    e.users--;
    if (e.users == 0) {
      kept.remove(key, e);
      e.buffer.close();
    }
  }
}
