package dev.tandem.orchestrator.engine;

import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BatchEventProcessorBuilder;
import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.ExceptionHandler;
import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.RingBuffer;
import dev.tandem.devices.Executable;
import dev.tandem.orchestrator.timeline.RunRecording;
import dev.tandem.stages.Runner;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * A queue with a thread that alone uses the device: a Disruptor ring with any number of producers.
 * A second thread looks whether a call takes too long; the first is then left behind with the
 * device, and all calls end with that fault.
 */
final class DeviceThread implements CallQueue {
  private static final long CLOSE_NS = TimeUnit.MINUTES.toNanos(2);
  private static final long NO_LIMIT = Long.MAX_VALUE / 4;
  private static final long LOOK_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long LEAST_LOOK_NS = TimeUnit.MILLISECONDS.toNanos(5);

  /** A station has one unit at work, so calls are few; those that nobody waits for are more. */
  private static final int CALLS = 1024;

  private final String id;
  private final Runnable closeDevice;
  private final RingBuffer<Slot> ring;
  private final BatchEventProcessor<Slot> processor;
  private final Thread thread;
  private final CountDownLatch closed = new CountDownLatch(1);

  /** Made beforehand, as it is for when there is no memory left. */
  private final Optional<DeviceFault> threadDied;

  private final Object state = new Object();
  private Optional<DeviceFault> dead = Optional.empty();
  private Call atWork;
  private volatile boolean closing;

  /** Started with the first call that has a limit. */
  private Optional<Thread> watchdog = Optional.empty();

  /** A call on its way, as it lies in the ring: emptied on receipt. */
  private static final class Slot {
    private Call call;
  }

  /** A call; its end is told once. */
  private static final class Call {
    private final Body body;
    private final Ended ended;
    private boolean over;
    private long deadlineNs = Long.MAX_VALUE;
    private long limitNs;
    private long runNs;

    private Call(Body body, Ended ended) {
      this.body = body;
      this.ended = ended;
    }
  }

  /** Starts the threads. */
  DeviceThread(String id, Runnable closeDevice) {
    this.id = id;
    this.closeDevice = closeDevice;
    threadDied = Optional.of(DeviceFault.threadDied(id));
    ring = RingBuffer.createMultiProducer(Slot::new, CALLS, new BlockingWaitStrategy());
    processor =
        new BatchEventProcessorBuilder()
            .setMaxBatchSize(1) // else a slot would be free again only after the whole batch
            .build(ring, ring.newBarrier(), (slot, sequence, endOfBatch) -> take(slot));
    processor.setExceptionHandler(new Escaped());
    ring.addGatingSequences(processor.getSequence());
    thread =
        Thread.ofPlatform()
            .name("tandem-device-" + id)
            .daemon(true)
            .uncaughtExceptionHandler((t, e) -> die(threadDied))
            .start(processor);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public boolean isHere() {
    return Thread.currentThread().equals(thread);
  }

  @Override
  public boolean dead() {
    synchronized (state) {
      return dead.isPresent();
    }
  }

  @Override
  public void start(Body body, Ended ended) {
    Call call = new Call(body, ended);
    if (dead()) {
      end(call, deathCause());
      return;
    }
    try {
      long sequence = ring.tryNext();
      try {
        ring.get(sequence).call = call;
      } finally {
        ring.publish(sequence);
      }
    } catch (InsufficientCapacityException e) {
      throw new IllegalStateException("device '" + id + "' has " + CALLS + " calls waiting", e);
    }
    if (dead()) { // it may have died before or after the call was put in
      drain();
    }
  }

  private Optional<DeviceFault> deathCause() {
    synchronized (state) {
      return dead;
    }
  }

  @Override
  public void host(Runnable work, LongConsumer then) {
    long start = System.nanoTime();
    work.run();
    then.accept(System.nanoTime() - start);
  }

  private void take(Slot slot) {
    Call call = slot.call;
    slot.call = null;
    if (call == null) {
      return; // ended when the device died
    }
    synchronized (state) {
      if (dead.isPresent() || call.over) {
        return;
      }
      atWork = call;
    }
    Optional<DeviceFault> fault = Optional.empty();
    try {
      if (!call.body.dropped()) {
        begin(call);
        call.body.run((executable, step) -> timed(call, executable, step));
      }
    } catch (Throwable e) { // whatever a device throws is for whoever called it
      fault = threadDied; // unless there is the memory to say more
      fault = Optional.of(DeviceFault.of(e));
    }
    synchronized (state) {
      atWork = null;
    }
    end(call, fault);
  }

  /** The limit may need the model's files, and fail. */
  private void begin(Call call) {
    long limit = call.body.limitNs();
    synchronized (state) {
      if (limit < NO_LIMIT) {
        call.limitNs = limit;
        call.deadlineNs = System.nanoTime() + limit;
        if (watchdog.isEmpty()) {
          watchdog =
              Optional.of(
                  Thread.ofPlatform()
                      .name("tandem-watchdog-" + id)
                      .daemon(true)
                      .start(this::watch));
        }
      }
    }
  }

  /** Runs an executable, on the timeline. */
  private void timed(Call call, Executable executable, int step) {
    Label label = call.body.label();
    RunRecording recording = label.timeline().startRun(label.stage(), id, label.picture(), step);
    long start = System.nanoTime();
    try {
      executable.run(recording.opSpans());
    } finally {
      recording.end();
      call.runNs += System.nanoTime() - start;
    }
  }

  private void end(Call call, Optional<DeviceFault> fault) {
    synchronized (state) {
      if (call.over) {
        return; // what comes after the limit is too late
      }
      call.over = true;
    }
    call.ended.ended(this, fault, call.runNs);
  }

  private void watch() {
    while (!closing) {
      Optional<Call> late = Optional.empty();
      long sleep = LOOK_NS;
      synchronized (state) {
        if (atWork != null && atWork.deadlineNs != Long.MAX_VALUE) {
          long left = atWork.deadlineNs - System.nanoTime();
          late = left <= 0 ? Optional.of(atWork) : Optional.empty();
          sleep = Math.clamp(left, LEAST_LOOK_NS, LOOK_NS);
        }
      }
      if (late.isPresent()) {
        die(Optional.of(DeviceFault.hung(id, late.get().limitNs)));
        return;
      }
      LockSupport.parkNanos(sleep);
    }
  }

  private void die(Optional<DeviceFault> fault) {
    Call lost = null;
    synchronized (state) {
      if (dead.isEmpty()) {
        dead = fault;
      }
      if (atWork != null && !atWork.over) {
        lost = atWork;
        lost.over = true; // what the interrupt makes it throw is too late
      }
    }
    closed.countDown();
    processor.halt();
    thread.interrupt();
    if (lost != null) {
      lost.ended.ended(this, fault, lost.runNs);
    }
    drain();
  }

  /** Ends all calls that the thread will not take any more. */
  private void drain() {
    for (long s = processor.getSequence().get() + 1; s <= ring.getCursor(); s++) {
      Call call = ring.isAvailable(s) ? ring.get(s).call : null;
      if (call != null) {
        end(call, deathCause());
      }
    }
  }

  @Override
  public void close() {
    closing = true;
    synchronized (state) {
      watchdog.ifPresent(LockSupport::unpark);
    }
    if (dead() || !thread.isAlive()) {
      return; // the device may still be at work in memory that closing would free
    }
    CloseCall close = new CloseCall(closeDevice);
    start(
        close,
        (queue, fault, ns) -> {
          close.fault = fault;
          closed.countDown();
        });
    awaitClosed();
    processor.halt();
    if (close.fault.isPresent()) {
      DeviceFault e = close.fault.get();
      throw new IllegalStateException("cannot close device '" + id + "': " + e.getMessage(), e);
    }
  }

  private void awaitClosed() {
    boolean interrupted = false;
    long deadline = System.nanoTime() + CLOSE_NS;
    while (true) {
      try {
        if (!closed.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          throw new IllegalStateException(
              "cannot close device '" + id + "': it is still at work after 2 minutes");
        }
        break;
      } catch (InterruptedException e) {
        interrupted = true; // the device must be closed; passed on below
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The last call. */
  private static final class CloseCall implements Body {
    private final Runnable closeDevice;
    private volatile Optional<DeviceFault> fault = Optional.empty();

    private CloseCall(Runnable closeDevice) {
      this.closeDevice = closeDevice;
    }

    @Override
    public Label label() {
      throw new IllegalStateException("closing runs no executable");
    }

    @Override
    public long limitNs() {
      return CLOSE_NS;
    }

    @Override
    public void run(Runner runner) {
      closeDevice.run();
    }
  }

  /** What escapes ends the thread: see its handler. */
  private final class Escaped implements ExceptionHandler<Slot> {
    @Override
    public void handleEventException(Throwable ex, long sequence, Slot event) {
      throw new IllegalStateException("the thread of device '" + id + "' failed", ex);
    }

    @Override
    public void handleOnStartException(Throwable ex) {
      throw new IllegalStateException("the thread of device '" + id + "' failed to start", ex);
    }

    @Override
    public void handleOnShutdownException(Throwable ex) {
      throw new IllegalStateException("the thread of device '" + id + "' failed to stop", ex);
    }
  }
}
