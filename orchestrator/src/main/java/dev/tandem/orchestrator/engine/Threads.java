package dev.tandem.orchestrator.engine;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A thread for each device, in {@link System#nanoTime} time. */
public final class Threads implements Drive {
  /** How often one who waits looks again, should nobody have told him. */
  private static final long LOOK_MS = TimeUnit.SECONDS.toMillis(1);

  @Override
  public long now() {
    return System.nanoTime();
  }

  @Override
  public CallQueue queue(String id, Runnable closeDevice) {
    return new DeviceThread(id, closeDevice);
  }

  @Override
  public CallQueue output(String name) {
    return new DeviceThread(name, () -> {});
  }

  @Override
  public boolean await(Object lock, BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      lock.wait(LOOK_MS);
    }
    return true;
  }
}
