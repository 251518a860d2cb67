package dev.tandem.orchestrator.execution;

import dev.tandem.devices.Executable;
import dev.tandem.orchestrator.timeline.RunRecording;
import dev.tandem.orchestrator.timeline.Timeline;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A queue with a thread that alone uses the device. So a caller can give up a call that does not
 * end: the thread is then left behind with the device.
 */
final class ThreadedQueue implements DeviceQueue {
  private static final long CLOSE_NS = TimeUnit.MINUTES.toNanos(2);

  /** How often one who waits for a call looks whether the thread is still alive. */
  private static final long LOOK_MS = 1000;

  private final String id;
  private final Runnable closeDevice;
  private final BlockingQueue<Call<?>> calls = new LinkedBlockingQueue<>();
  private final Thread thread;

  /** Made beforehand, as it is for when there is no memory left. */
  private final Optional<DeviceFault> threadDied;

  private volatile Optional<DeviceFault> dead = Optional.empty();

  /**
   * Starts the thread.
   *
   * @param closeDevice run on the thread at the end
   */
  ThreadedQueue(String id, Runnable closeDevice) {
    this.id = id;
    this.closeDevice = closeDevice;
    threadDied = Optional.of(DeviceFault.threadDied(id));
    thread =
        Thread.ofPlatform()
            .name("tandem-device-" + id)
            .daemon(true)
            .uncaughtExceptionHandler((t, e) -> die(threadDied))
            .start(this::loop);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public boolean dead() {
    return dead.isPresent();
  }

  @Override
  public <R> Pending<R> start(Label label, LongSupplier limitNs, DeviceCall<R> call) {
    Call<R> c = new Call<>(call, limitNs, label);
    calls.add(c);
    if (dead()) {
      c.end(Optional.empty(), dead); // it may have died before or after the call was added
    }
    return c;
  }

  private void loop() {
    while (true) {
      try {
        Call<?> call = calls.take();
        call.run();
        if (call.last || dead()) {
          return;
        }
      } catch (InterruptedException e) {
        if (dead()) {
          return;
        }
      }
    }
  }

  private void die(Optional<DeviceFault> fault) {
    dead = fault;
    for (Call<?> c = calls.poll(); c != null; c = calls.poll()) {
      c.end(Optional.empty(), fault);
    }
    thread.interrupt();
  }

  @Override
  public void close() {
    if (dead() || !thread.isAlive()) {
      return; // the device may still be at work in memory that closing would free
    }
    Call<Boolean> end =
        new Call<>(
            runner -> {
              closeDevice.run();
              return true;
            },
            () -> CLOSE_NS,
            new Label(new Timeline(), "close", -1, -1));
    end.last = true;
    calls.add(end);
    long deadline = System.nanoTime() + CLOSE_NS;
    boolean interrupted = false;
    try {
      while (true) {
        try {
          end.await(deadline);
          break;
        } catch (InterruptedException e) {
          interrupted = true; // the device must be closed; passed on below
        }
      }
    } catch (DeviceFault e) {
      throw new IllegalStateException("cannot close device '" + id + "': " + e.getMessage(), e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private final class Call<R> implements Pending<R> {
    private final DeviceCall<R> work;
    private final LongSupplier limit;
    private final Label label;
    private boolean last;
    private boolean begun;
    private boolean ended;
    private long limitNs;
    private long startNs;
    private long runNs;
    private Optional<R> result = Optional.empty();
    private Optional<DeviceFault> fault = Optional.empty();

    private Call(DeviceCall<R> work, LongSupplier limit, Label label) {
      this.work = work;
      this.limit = limit;
      this.label = label;
    }

    private void run() {
      Optional<R> r = Optional.empty();
      Optional<DeviceFault> f = Optional.empty();
      try {
        if (!begin()) {
          return;
        }
        r = Optional.of(work.on(this::timed));
      } catch (Throwable e) { // whatever a device throws is for whoever called it
        f = threadDied; // unless there is the memory to say more
        f = Optional.of(DeviceFault.of(e));
      } finally {
        end(r, f);
      }
    }

    /** False if the call was given up before; the limit may need the model's files, and fail. */
    private synchronized boolean begin() {
      if (ended) {
        return false;
      }
      limitNs = limit.getAsLong();
      startNs = System.nanoTime();
      begun = true;
      notifyAll();
      return true;
    }

    /** Runs an executable, on the timeline. */
    private void timed(Executable executable, int step) {
      RunRecording recording = label.timeline().startRun(label.stage(), id, label.picture(), step);
      long start = System.nanoTime();
      try {
        executable.run(recording.opSpans());
      } finally {
        recording.end();
        synchronized (this) {
          runNs += System.nanoTime() - start;
        }
      }
    }

    private synchronized void end(Optional<R> r, Optional<DeviceFault> f) {
      if (!ended) { // what comes after the limit is too late
        ended = true;
        result = r;
        fault = f;
        notifyAll();
      }
    }

    @Override
    public R await() throws InterruptedException, DeviceFault {
      return await(Long.MAX_VALUE);
    }

    /** Waits; also gives up at a time, whether the call has begun or not. */
    private R await(long deadlineNs) throws InterruptedException, DeviceFault {
      boolean late = false;
      synchronized (this) {
        while (!ended && !late) {
          long end = begun ? startNs + limitNs : deadlineNs;
          long left = end - System.nanoTime();
          late = left <= 0;
          if (!thread.isAlive()) {
            end(Optional.empty(), threadDied);
          } else if (!late) {
            wait(Math.min(LOOK_MS, TimeUnit.NANOSECONDS.toMillis(left) + 1));
          }
        }
      }
      if (late) {
        Optional<DeviceFault> hung = Optional.of(DeviceFault.hung(id, limitNs));
        end(Optional.empty(), hung);
        die(hung);
      }
      synchronized (this) {
        if (fault.isPresent()) {
          throw fault.get();
        }
        return result.orElseThrow();
      }
    }

    @Override
    public synchronized long runNs() {
      return runNs;
    }
  }
}
