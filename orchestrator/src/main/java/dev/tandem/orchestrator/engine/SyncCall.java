package dev.tandem.orchestrator.engine;

import dev.tandem.orchestrator.timeline.Timeline;
import dev.tandem.stages.Runner;
import java.util.Optional;
import java.util.function.Consumer;

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

  /**
   * As {@link #run(Drive, CallQueue, CallQueue.Body)}, for work of no picture.
   *
   * @param name what it is for
   */
  public static long run(
      Drive drive, CallQueue queue, String name, long limitNs, Consumer<Runner> work)
      throws InterruptedException, DeviceFault {
    return run(drive, queue, new Work(name, limitNs, work));
  }

  private record Work(String name, long limitNs, Consumer<Runner> work) implements CallQueue.Body {
    @Override
    public CallQueue.Label label() {
      return new CallQueue.Label(new Timeline(), name, -1, -1);
    }

    @Override
    public void run(Runner runner) {
      work.accept(runner);
    }
  }

  private synchronized void end(Optional<DeviceFault> newFault, long ns) {
    fault = newFault;
    runNs = ns;
    over = true;
    notifyAll();
  }
}
