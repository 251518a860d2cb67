package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.stages.Runner;
import java.util.OptionalLong;

/**
 * A unit of work at a seat: started, later joined; repeated at another device if it fails. The work
 * reads the picture's state but does not change it, so it can be repeated.
 */
final class Call<R> {
  /** The work at a device. */
  interface Body<R> {
    /** Whether nothing has to be compiled first; on the device's thread. */
    boolean ready(DeviceStages stages);

    R run(DeviceStages stages, Runner runner);
  }

  private final RunContext run;
  private final Seat seat;
  private final Work work;
  private final PictureTask task;
  private final int step;
  private final Body<R> body;
  private FleetDevice device;
  private DeviceQueue.Pending<R> pending;

  private Call(RunContext run, Seat seat, Work work, PictureTask task, int step, Body<R> body) {
    this.run = run;
    this.seat = seat;
    this.work = work;
    this.task = task;
    this.step = step;
    this.body = body;
    start();
  }

  /** Starts a unit of work. */
  static <R> Call<R> start(
      RunContext run, Seat seat, Work work, PictureTask task, int step, Body<R> body) {
    return new Call<>(run, seat, work, task, step, body);
  }

  private void start() {
    seat.leaveIfSetAside(work, task);
    device = seat.device();
    DeviceStages stages = device.stages();
    DeviceQueue.Label label =
        new DeviceQueue.Label(run.timeline(), seat.stage(), task.index(), step);
    pending =
        device.queue().start(label, () -> limitNs(stages), runner -> body.run(stages, runner));
  }

  /** On the device's thread. */
  private long limitNs(DeviceStages stages) {
    boolean ready = body.ready(stages);
    return run.watchdog()
        .limitNs(ready ? run.costs().ns(work, device.id(), task.job()) : OptionalLong.empty());
  }

  /**
   * Waits for the result, wherever it comes from in the end.
   *
   * @throws DeviceFault of the last device, if none is left; what is no device's failure is thrown
   *     as it is, and the device stays in use
   * @throws Error that was thrown at the device and is no fault of it
   */
  R join() throws InterruptedException, DeviceFault {
    while (true) {
      try {
        R result = pending.await();
        run.costs().observe(work, device.id(), task.job(), pending.runNs());
        return result;
      } catch (DeviceFault fault) {
        fault.rethrowUnlessOfDevice();
        if (!seat.leave(fault, work, task, step)) {
          if (fault.getCause() instanceof Error e) {
            throw e; // the next picture would fare no better
          }
          throw fault;
        }
        start();
      }
    }
  }
}
