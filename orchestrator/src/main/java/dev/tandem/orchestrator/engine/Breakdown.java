package dev.tandem.orchestrator.engine;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The error that ends a run before its time. The first one counts, and cancels what is on its way.
 * Any thread; allocates nothing, as it may be told that there is no memory left.
 */
public final class Breakdown {
  private final AtomicReference<Throwable> cause = new AtomicReference<>();
  private volatile Runnable canceller = () -> {};

  /** What to do at the first error, at once if it was before. */
  public void onFirst(Runnable cancel) {
    canceller = cancel;
    if (cause.get() != null) {
      cancel.run();
    }
  }

  /** Something broke. */
  public void report(Throwable e) {
    if (cause.compareAndSet(null, e)) {
      canceller.run();
    }
  }

  /** Does something; whatever it throws is for whoever started the run. */
  public void guarded(Runnable action) {
    try {
      action.run();
    } catch (Throwable e) {
      report(e);
    }
  }

  /** What broke first. */
  public Optional<Throwable> cause() {
    return Optional.ofNullable(cause.get());
  }

  boolean is(Throwable e) {
    return e.equals(cause.get());
  }
}
