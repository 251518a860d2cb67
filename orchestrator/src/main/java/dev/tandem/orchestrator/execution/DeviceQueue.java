package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.timeline.Timeline;
import dev.tandem.stages.Runner;
import java.util.function.LongSupplier;

/** The calls to one device: one at a time, first come first served. */
interface DeviceQueue extends AutoCloseable {

  /** Something to be done at the device, with how it is to run executables. */
  @FunctionalInterface
  interface DeviceCall<R> {
    R on(Runner runner);
  }

  /** What a call is for, as spans have it. */
  record Label(Timeline timeline, String stage, int picture, int step) {}

  /** A call on its way. */
  interface Pending<R> {
    /**
     * Waits for its end.
     *
     * @throws DeviceFault if the device threw or did not answer in time
     */
    R await() throws InterruptedException, DeviceFault;

    /** How long the device ran executables for it, without compiling, ns; once it is over. */
    long runNs();
  }

  /** The device, as {@code Devices.open} takes it. */
  String id();

  /**
   * Puts a call at the end of the queue; does not wait.
   *
   * @param limitNs how long the device may take, asked when it begins
   */
  <R> Pending<R> start(Label label, LongSupplier limitNs, DeviceCall<R> call);

  /** Whether it answers no more. */
  boolean dead();

  /** Closes the device after the call at work; a dead device is left alone. */
  @Override
  void close();
}
