package dev.tandem.orchestrator.wiring;

import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.timeline.Span;
import java.util.ArrayList;
import java.util.List;

/** A part of the denoising steps, on one device or with the halves of each step on two. */
final class StepsStage<P extends PictureTask> extends PlacedStage<P> {
  private static final List<Work> WHOLE = List.of(Work.STEP);
  private static final List<Work> HALF = List.of(Work.HALF_STEP);
  private static final List<Work> HALVES = List.of(Work.HALF_STEP, Work.HALF_STEP);

  private final Lane lane;
  private final int part;

  /** Where the part ends for pictures of so many evaluations: those of the latest one. */
  private int end;

  private int evaluations;

  /**
   * A part of a lane.
   *
   * @param part its number, from 0
   */
  StepsStage(RunContext run, Workload<P> workload, String name, Lane lane, int part, int number) {
    super(run, workload, name, devices(lane.denoise().get(part)), number);
    this.lane = lane;
    this.part = part;
  }

  /** The conditional half first. */
  private static List<String> devices(DenoisePart part) {
    List<String> all = new ArrayList<>(List.of(part.device()));
    part.unconditional().ifPresent(all::add);
    return all;
  }

  Lane lane() {
    return lane;
  }

  @Override
  int unitsLeft(P task) {
    if (task.kind().evaluations() != evaluations) {
      evaluations = task.kind().evaluations();
      end = lane.stepsOfParts(evaluations).stream().limit(part + 1L).mapToInt(n -> n).sum();
    }
    return Math.max(0, end - task.steps());
  }

  @Override
  List<Work> works(P task) {
    if (!task.kind().guided()) {
      return HALF;
    }
    boolean split = !seats().getFirst().place().equals(seats().getLast().place());
    return split ? HALVES : WHOLE;
  }

  @Override
  void unitDone(P task) {
    super.unitDone(task);
    task.stepDone();
  }

  @Override
  void tell(P task, int step, long startNs, long endNs) {
    run().span(Span.Kind.STEP, this, task.index(), step, startNs, endNs);
    workload().stepDone(task, step);
  }
}
