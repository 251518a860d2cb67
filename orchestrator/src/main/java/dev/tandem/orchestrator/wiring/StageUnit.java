package dev.tandem.orchestrator.wiring;

import dev.tandem.orchestrator.engine.CallQueue;
import dev.tandem.orchestrator.engine.DeviceFault;
import dev.tandem.orchestrator.engine.Unit;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.wiring.Workload.Call;
import dev.tandem.orchestrator.wiring.Workload.Form;
import dev.tandem.stages.Runner;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** A unit of a stage's work on a picture: a call at one seat, or at two at once. */
final class StageUnit<P extends PictureTask> implements Unit {
  private final PlacedStage<P> stage;
  private final P task;
  private final int step;
  private final List<SeatCall> calls = new ArrayList<>();
  private final long startNs;
  private long endNs;

  StageUnit(PlacedStage<P> stage, P task, List<Work> works) {
    this.stage = stage;
    this.task = task;
    startNs = stage.run().drive().now();
    step = works.getFirst() == Work.STEP || works.getFirst() == Work.HALF_STEP ? task.steps() : 0;
    for (int i = 0; i < works.size(); i++) {
      calls.add(new SeatCall(new Call(works.get(i), i, step), stage.seats().get(i)));
    }
  }

  @Override
  public List<? extends Part> parts() {
    return calls;
  }

  @Override
  public void join() throws Exception {
    List<Object> results = new ArrayList<>();
    calls.forEach(c -> results.add(c.result));
    stage
        .workload()
        .join(task, calls.stream().map(c -> c.call).toList(), results, calls.getFirst().place);
  }

  @Override
  public void joined() {
    endNs = stage.run().drive().now();
    stage.unitDone(task);
  }

  @Override
  public void tell() {
    stage.tell(task, step, startNs, endNs);
  }

  /** A call at a seat; repeated elsewhere if it fails. */
  private final class SeatCall implements Part {
    private final Call call;
    private final Seat seat;
    private volatile Place place;
    private volatile Object result = "";

    private SeatCall(Call call, Seat seat) {
      this.call = call;
      this.seat = seat;
      seat.leaveIfOutOfService(call.work(), task);
      place = seat.place();
    }

    @Override
    public CallQueue queue() {
      return place.queue();
    }

    @Override
    public CallQueue.Label label() {
      return new CallQueue.Label(stage.run().timeline(), stage.name(), task.index(), call.step());
    }

    @Override
    public Object work() {
      return call.work();
    }

    @Override
    public long limitNs() {
      boolean ready = stage.workload().ready(task, call, place);
      RunContext run = stage.run();
      Form form = stage.workload().form(task, call, place);
      return run.watchdog()
          .limitNs(
              ready
                  ? run.costs().mostNs(call.work(), form, place.id(), task.kind())
                  : OptionalLong.empty());
    }

    @Override
    public void run(Runner runner) throws Exception {
      Place at = place;
      Object made = stage.workload().run(task, call, at, runner);
      if (at.equals(place)) { // else it was given up here, and is done elsewhere
        result = made;
      }
    }

    @Override
    public void succeeded(long ns) {
      Form form = stage.workload().form(result);
      stage.run().costs().observe(call.work(), form, place.id(), task.kind(), ns);
    }

    /** What is no device's failure is thrown as it is, and the device stays in use. */
    @Override
    public boolean failed(DeviceFault fault) throws Exception {
      fault.rethrowUnlessOfDevice();
      if (!seat.leave(fault, place, call.work(), task, call.step())) {
        if (fault.getCause() instanceof Error e) {
          throw e; // the next picture would fare no better
        }
        throw fault;
      }
      place = seat.place();
      return true;
    }
  }
}
