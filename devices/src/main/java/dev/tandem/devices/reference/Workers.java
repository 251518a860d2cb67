package dev.tandem.devices.reference;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A fixed number of threads, the caller's included, that share out independent pieces of work. Each
 * piece is computed in the same way whichever thread takes it, so results do not depend on the
 * number of threads.
 */
final class Workers implements AutoCloseable {
  private final int count;
  private final ExecutorService helpers;

  Workers(int count) {
    this.count = count;
    this.helpers =
        Executors.newFixedThreadPool(
            Math.max(1, count - 1), Thread.ofPlatform().daemon().name("reference-", 1).factory());
  }

  /** One piece of work; {@code worker} (0 to count - 1) picks the scratch memory it may use. */
  interface Piece {
    void run(int worker, int index);
  }

  int count() {
    return count;
  }

  /** Runs pieces 0 to n - 1 and returns when all are done. */
  void run(int n, Piece piece) {
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> running = new ArrayList<>();
    for (int w = 1; w < Math.min(count, n); w++) {
      int worker = w;
      running.add(helpers.submit(() -> drain(next, n, piece, worker)));
    }
    try {
      drain(next, n, piece, 0);
    } finally {
      next.set(n); // after a failure nobody starts another piece
      running.forEach(Workers::await);
    }
  }

  private static void drain(AtomicInteger next, int n, Piece piece, int worker) {
    for (int i = next.getAndIncrement(); i < n; i = next.getAndIncrement()) {
      piece.run(worker, i);
    }
  }

  private static void await(Future<?> f) {
    boolean interrupted = false;
    while (true) {
      try {
        f.get();
        break;
      } catch (InterruptedException e) {
        interrupted = true; // the piece still uses our arrays: wait for it, then tell the caller
      } catch (ExecutionException e) {
        throw new IllegalStateException("a reference kernel failed: " + e.getCause(), e.getCause());
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    helpers.shutdown();
  }
}
