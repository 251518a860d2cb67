package dev.tandem.orchestrator.execution;

import dev.tandem.devices.DeviceException;
import dev.tandem.orchestrator.engine.CallQueue;
import dev.tandem.orchestrator.engine.DeviceFault;
import dev.tandem.orchestrator.engine.SyncCall;
import dev.tandem.orchestrator.timeline.Timeline;
import dev.tandem.stages.Runner;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A question to a device at which runs may be at work: asked in its turn, on its thread. */
final class InTurn<R> implements CallQueue.Body {
  private static final long LIMIT_NS = TimeUnit.MINUTES.toNanos(10);

  private final Supplier<R> question;
  private volatile Optional<R> answer = Optional.empty();

  private InTurn(Supplier<R> question) {
    this.question = question;
  }

  /** Waits for the answer; what the question throws is thrown here. */
  static <R> R ask(DevicePool pool, String device, Supplier<R> question) {
    CallQueue queue = pool.get(device).place().queue();
    if (queue.isHere()) { // a listener, which the device's thread calls
      return question.get();
    }
    InTurn<R> asked = new InTurn<>(question);
    try {
      SyncCall.run(pool.drive(), queue, asked);
    } catch (DeviceFault e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new DeviceException(e.getMessage(), e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("cancelled");
    }
    return asked.answer.orElseThrow();
  }

  @Override
  public CallQueue.Label label() {
    return new CallQueue.Label(new Timeline(), "estimate", -1, -1);
  }

  @Override
  public long limitNs() {
    return LIMIT_NS;
  }

  @Override
  public void run(Runner runner) {
    answer = Optional.of(question.get());
  }
}
