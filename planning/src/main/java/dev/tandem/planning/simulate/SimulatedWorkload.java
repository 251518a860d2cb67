package dev.tandem.planning.simulate;

import dev.tandem.orchestrator.engine.VirtualTime;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.wiring.Place;
import dev.tandem.orchestrator.wiring.Workload;
import dev.tandem.stages.Runner;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Work that only spends what a cost table says. */
final class SimulatedWorkload implements Workload<SimulatedTask> {
  private final SimulationCosts costs;
  private final VirtualTime time;
  private final double[] startedNs;
  private final Set<Integer> encoded = new HashSet<>();

  /**
   * Work of one run.
   *
   * @param startedNs filled in: when the first stage began with each picture
   */
  SimulatedWorkload(SimulationCosts costs, VirtualTime time, double[] startedNs) {
    this.costs = costs;
    this.time = time;
    this.startedNs = startedNs;
  }

  @Override
  public int unitsLeft(SimulatedTask task, String stage) {
    return switch (Work.of(stage)) {
      case TEXT -> (int) task.prompts().stream().filter(p -> !encoded.contains(p)).count();
      case IMAGE -> 0;
      case DECODE -> task.isDecoded() ? 0 : 1;
      case STEP, HALF_STEP -> throw new IllegalArgumentException(stage + " has steps");
    };
  }

  @Override
  public void begin(SimulatedTask task, Work work) {
    if (work == Work.TEXT) {
      task.setEncoding(
          task.prompts().stream().filter(p -> !encoded.contains(p)).findFirst().orElseThrow());
    }
  }

  @Override
  public void begun(SimulatedTask task, String stage, String device) {
    if (startedNs[task.index()] < 0) {
      startedNs[task.index()] = time.exactNow();
    }
  }

  @Override
  public boolean ready(SimulatedTask task, Call call, Place at) {
    return false; // nothing hangs here
  }

  /** What a job without guidance needs for a step is a step as well. */
  private static Work priced(SimulatedTask task, Work work) {
    return work == Work.HALF_STEP && !task.kind().guided() ? Work.STEP : work;
  }

  @Override
  public Object run(SimulatedTask task, Call call, Place at, Runner runner) {
    time.spend(costs.deviceNs(priced(task, call.work()), at.id()));
    return call;
  }

  @Override
  public void join(SimulatedTask task, List<Call> calls, List<Object> results, Place at) {
    Work work = calls.getFirst().work();
    time.spend(costs.hostNs(priced(task, work), at.id()));
    switch (work) {
      case TEXT -> encoded.add(task.encoding());
      case DECODE -> task.setDecoded();
      case IMAGE, STEP, HALF_STEP -> {} // the task counts its steps
    }
  }
}
