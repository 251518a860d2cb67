package dev.tandem.kernels.cpu;

import java.util.ArrayList;
import java.util.List;

/**
 * The threads of one device. The first compiles everything and runs graphs whole, with as many
 * OpenMP threads as the device has; graphs that are split by batch run on several.
 */
final class DeviceThreads implements AutoCloseable {
  private final List<DeviceThread> threads = new ArrayList<>();

  DeviceThreads(String device, int count) {
    for (int i = 0; i < count; i++) {
      threads.add(new DeviceThread("device " + device + " thread " + i));
    }
  }

  DeviceThread first() {
    return threads.getFirst();
  }

  int count() {
    return threads.size();
  }

  /** Runs each task on its own thread and waits for all; throws what the first to fail threw. */
  void run(Runnable[] tasks) {
    for (int i = 0; i < tasks.length; i++) {
      threads.get(i).start(tasks[i]);
    }
    Throwable thrown = null;
    for (int i = 0; i < tasks.length; i++) {
      Throwable t = threads.get(i).await();
      thrown = thrown == null ? t : thrown;
    }
    DeviceThread.rethrow(thrown);
  }

  /** As {@link #run}, for a caller that is the first thread itself and runs the first task. */
  void runFromFirst(Runnable[] tasks) {
    for (int i = 1; i < tasks.length; i++) {
      threads.get(i).start(tasks[i]);
    }
    Throwable thrown = null;
    try {
      tasks[0].run();
    } catch (RuntimeException | Error e) {
      thrown = e; // the others must end before it is told
    }
    for (int i = 1; i < tasks.length; i++) {
      Throwable t = threads.get(i).await();
      thrown = thrown == null ? t : thrown;
    }
    DeviceThread.rethrow(thrown);
  }

  @Override
  public void close() {
    threads.forEach(DeviceThread::close);
  }
}
