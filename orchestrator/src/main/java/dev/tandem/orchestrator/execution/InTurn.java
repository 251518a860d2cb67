package dev.tandem.orchestrator.execution;

import dev.tandem.devices.DeviceException;
import dev.tandem.orchestrator.engine.CallQueue;
import dev.tandem.orchestrator.engine.DeviceFault;
import dev.tandem.orchestrator.engine.SyncCall;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Questions to devices at which runs may be at work: asked in their turn, on their threads. */
final class InTurn {
  private static final long LIMIT_NS = TimeUnit.MINUTES.toNanos(10);

  private InTurn() {}

  /** Waits for the answer; what the question throws is thrown here. */
  static <R> R ask(DevicePool pool, String device, Supplier<R> question) {
    CallQueue queue = pool.get(device).place().queue();
    if (queue.isHere()) { // a listener, which the device's thread calls
      return question.get();
    }
    AtomicReference<R> answer = new AtomicReference<>();
    try {
      SyncCall.run(pool.drive(), queue, "estimate", LIMIT_NS, runner -> answer.set(question.get()));
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
    return answer.get();
  }
}
