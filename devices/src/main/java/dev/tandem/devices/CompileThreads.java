package dev.tandem.devices;

import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;

/**
 * Threads that help to compile one graph: what they are given is begun in its order, as many at
 * once as the machine has cores; with a single core the caller does them. Closing drops what has
 * not begun and waits for the rest, so that nothing uses the graph's memory afterwards.
 */
public final class CompileThreads implements AutoCloseable {
  private static final int MOST = 8;

  private final Optional<ExecutorService> threads;

  /** For a graph, by whose name the threads are called. */
  public CompileThreads(String graph) {
    int count = Math.min(MOST, Runtime.getRuntime().availableProcessors());
    ThreadFactory named =
        Thread.ofPlatform().daemon().name("tandem-compile-" + graph + "-", 0).factory();
    threads =
        count == 1 ? Optional.empty() : Optional.of(Executors.newFixedThreadPool(count, named));
  }

  /**
   * Begins a task.
   *
   * @return waits for the result; throws what the task threw
   */
  public <T> Supplier<T> begin(Supplier<T> task) {
    FutureTask<T> result = new FutureTask<>(task::get);
    threads.ifPresentOrElse(t -> t.execute(result), result);
    return () -> await(result);
  }

  /** Waits for a result, interrupted or not; throws what its task threw. */
  public static <T> T await(Future<T> result) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException e) {
          interrupted = true; // native work cannot be abandoned: go on waiting
        }
      }
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        default -> throw new IllegalStateException(e.getCause());
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    threads.ifPresent(
        t -> {
          t.shutdownNow();
          t.close();
        });
  }
}
