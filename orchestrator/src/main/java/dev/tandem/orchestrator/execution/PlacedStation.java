package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.pipeline.PipelineStage;
import java.util.OptionalLong;

/** A stage at a device, among others that could do the same work. */
interface PlacedStation extends PipelineStage<PictureTask> {
  /**
   * When it would have finished the task, counted from now, with all it is committed to; ns. Empty
   * if that is not known yet.
   */
  OptionalLong finishNs(PictureTask task);

  /** Tasks it has taken on and not finished. */
  int held();

  /** Takes the task on. */
  void commit(PictureTask task);
}
