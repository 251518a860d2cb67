package dev.tandem.planning.simulate;

import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.wiring.PictureTask;
import java.util.List;

/** A picture that is not made. */
final class SimulatedTask extends PictureTask {
  private static final int NEGATIVE = -1;

  private final List<Integer> prompts;
  private int encoding;
  private boolean decoded;

  SimulatedTask(int index, Job job) {
    super(index, 0, job.kind());
    int different = Math.max(1, job.prompts() - (job.guided() ? 1 : 0));
    prompts = job.guided() ? List.of(index % different, NEGATIVE) : List.of(index % different);
  }

  /** Numbers of the prompts that it needs, the negative one included. */
  List<Integer> prompts() {
    return prompts;
  }

  /** The prompt that is being encoded. */
  int encoding() {
    return encoding;
  }

  void setEncoding(int prompt) {
    encoding = prompt;
  }

  boolean isDecoded() {
    return decoded;
  }

  void setDecoded() {
    decoded = true;
  }
}
