package dev.tandem.orchestrator.execution;

import dev.tandem.devices.simulated.VirtualClock;
import dev.tandem.orchestrator.timeline.Span;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * A queue in virtual time: a call is computed at once and takes as long as its device spent, from
 * when the device is free.
 */
final class VirtualQueue implements DeviceQueue {
  private final String id;
  private final VirtualClock clock;
  private final Runnable closeDevice;
  private long freeNs;
  private Optional<DeviceFault> dead = Optional.empty();

  VirtualQueue(String id, VirtualClock clock, Runnable closeDevice) {
    this.id = id;
    this.clock = clock;
    this.closeDevice = closeDevice;
  }

  /** A call that is over, in the virtual time of its end. */
  private record Done<R>(
      VirtualClock clock, long startNs, long endNs, Optional<R> result, Optional<DeviceFault> fault)
      implements Pending<R> {
    @Override
    public R await() throws DeviceFault {
      clock.occupyUntil(endNs);
      if (fault.isPresent()) {
        throw fault.get();
      }
      return result.orElseThrow();
    }

    @Override
    public long runNs() {
      return endNs - startNs;
    }
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
  public <R> Pending<R> start(Label label, LongSupplier limit, DeviceCall<R> call) {
    long start = Math.max(clock.stepEnd(), freeNs);
    if (dead.isPresent()) {
      return new Done<>(clock, clock.stepEnd(), clock.stepEnd(), Optional.empty(), dead);
    }
    long limitNs = limit.getAsLong();
    clock.takeSpent();
    Optional<R> result = Optional.empty();
    Optional<DeviceFault> fault = Optional.empty();
    try {
      result = Optional.of(call.on((executable, step) -> executable.run()));
    } catch (Throwable e) { // whatever a device throws is for whoever called it
      fault = Optional.of(DeviceFault.of(e));
    }
    long spent = clock.takeSpent();
    if (spent > limitNs) {
      spent = limitNs;
      result = Optional.empty();
      fault = Optional.of(DeviceFault.hung(id, limitNs));
      dead = fault;
    }
    freeNs = start + spent;
    if (spent > 0) {
      label
          .timeline()
          .add(
              new Span(
                  Span.Kind.RUN, label.stage(), id, label.picture(), label.step(), start, freeNs));
    }
    return new Done<>(clock, start, freeNs, result, fault);
  }

  @Override
  public void close() {
    closeDevice.run();
  }
}
