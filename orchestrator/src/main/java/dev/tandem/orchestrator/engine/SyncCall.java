package dev.tandem.orchestrator.engine;

import java.util.Optional;

/** Calls that are waited for. */
public final class SyncCall {
  private Optional<DeviceFault> fault = Optional.empty();
  private boolean over;
  private long runNs;

  private SyncCall() {}

  /**
   * Works at a device and waits for the end of it.
   *
   * @return how long the device ran executables for it, ns
   * @throws DeviceFault if the device threw or did not answer in time
   */
  public static long run(Drive drive, CallQueue queue, CallQueue.Body body)
      throws InterruptedException, DeviceFault {
    SyncCall call = new SyncCall();
    queue.start(body, (q, f, ns) -> call.end(f, ns));
    synchronized (call) {
      drive.await(call, () -> call.over);
      if (call.fault.isPresent()) {
        throw call.fault.get();
      }
      return call.runNs;
    }
  }

  private synchronized void end(Optional<DeviceFault> newFault, long ns) {
    fault = newFault;
    runNs = ns;
    over = true;
    notifyAll();
  }
}
