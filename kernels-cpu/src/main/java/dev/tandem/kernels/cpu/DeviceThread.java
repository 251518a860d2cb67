package dev.tandem.kernels.cpu;

import dev.tandem.devices.DeviceException;

/**
 * The one thread on which a device does everything: OpenMP keeps its thread count and its workers
 * for each thread that calls it. Handing over work allocates nothing.
 */
final class DeviceThread implements AutoCloseable {
  private final Object lock = new Object();
  private final Thread thread;
  private final String name;
  private Runnable task;
  private Throwable failure;
  private boolean busy;
  private boolean closed;

  DeviceThread(String name) {
    this.name = name;
    this.thread = Thread.ofPlatform().daemon().name("tandem-" + name).unstarted(this::loop);
    thread.start();
  }

  /** Runs a task on the device's thread and waits for its end; what it throws is thrown here. */
  void run(Runnable work) {
    boolean interrupted = false;
    Throwable thrown;
    synchronized (lock) {
      if (closed) {
        throw new DeviceException("device '" + name + "' is closed");
      }
      if (busy) {
        throw new DeviceException("device '" + name + "' is used by two threads at once");
      }
      busy = true;
      task = work;
      lock.notifyAll();
      while (task != null) {
        try {
          lock.wait();
        } catch (InterruptedException e) {
          interrupted = true; // native work cannot be abandoned: go on waiting
        }
      }
      thrown = failure;
      failure = null;
      busy = false;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
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
