package dev.tandem.orchestrator.wiring;

import dev.tandem.orchestrator.placement.StageCosts.Work;
import java.util.List;

/** A stage without steps at one device: encoding or decoding. */
final class SingleStage<P extends PictureTask> extends PlacedStage<P> {
  private final String key;
  private final List<Work> works;

  /**
   * A stage.
   *
   * @param key of the stage in placements
   */
  SingleStage(
      RunContext run, Workload<P> workload, String key, String name, String device, int number) {
    super(run, workload, name, List.of(device), number);
    this.key = key;
    works = List.of(Work.of(key));
  }

  @Override
  int unitsLeft(P task) {
    return workload().unitsLeft(task, key);
  }

  @Override
  List<Work> works(P task) {
    return works;
  }
}
