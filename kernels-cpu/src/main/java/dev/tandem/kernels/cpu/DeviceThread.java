package dev.tandem.kernels.cpu;

import dev.tandem.devices.DeviceException;

/**
 * A thread on which a device does its work: OpenMP keeps its thread count and its workers for each
 * thread that calls it. Handing over work allocates nothing.
 */
final class DeviceThread implements AutoCloseable {
  private final Object lock = new Object();
  private final Thread thread;
  private Runnable task;
  private Throwable failure;
  private boolean closed;

  DeviceThread(String name) {
    thread = Thread.ofPlatform().daemon().name(name).unstarted(this::loop);
    thread.start();
  }

  /** Runs a task on this thread and waits for its end; what it throws is thrown here. */
  void run(Runnable work) {
    start(work);
    rethrow(await());
  }

  /** Starts a task; the caller must then {@link #await}. */
  void start(Runnable work) {
    synchronized (lock) {
      if (closed || task != null) {
        throw new DeviceException(
            thread.getName() + (closed ? " is closed" : " is used by two threads at once"));
      }
      task = work;
      lock.notifyAll();
    }
  }

  /** Waits for the started task; what it threw, or null. */
  Throwable await() {
    boolean interrupted = false;
    Throwable thrown;
    synchronized (lock) {
      while (task != null) {
        try {
          lock.wait();
        } catch (InterruptedException e) {
          interrupted = true; // native work cannot be abandoned: go on waiting
        }
      }
      thrown = failure;
      failure = null;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return thrown;
  }

  /** Throws what a task threw, if anything. */
  static void rethrow(Throwable thrown) {
    switch (thrown) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(thrown);
    }
  }

  private void loop() {
    while (true) {
      Runnable work;
      synchronized (lock) {
        while (task == null && !closed) {
          try {
            lock.wait();
          } catch (InterruptedException e) {
            // only close() ends this thread
          }
        }
        if (task == null) {
          return;
        }
        work = task;
      }
      Throwable thrown = null;
      try {
        work.run();
      } catch (RuntimeException | Error e) {
        thrown = e;
      }
      synchronized (lock) {
        failure = thrown;
        task = null;
        lock.notifyAll();
      }
    }
  }

  /** Ends the thread after its current task. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
  }
}
