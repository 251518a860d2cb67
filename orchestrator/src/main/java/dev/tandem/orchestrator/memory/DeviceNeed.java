package dev.tandem.orchestrator.memory;

import dev.tandem.devices.Executable.MemoryUse;
import java.util.List;

/**
 * What a device needs for a picture in one form.
 *
 * @param oneStage whether only one of the stages is there at a time
 */
public record DeviceNeed(List<StageNeed> stages, boolean oneStage) {
  public DeviceNeed {
    stages = List.copyOf(stages);
  }

  /** The most at one time. */
  public MemoryUse peak() {
    return stages.stream()
        .map(StageNeed::use)
        .reduce(MemoryUse.NONE, oneStage ? DeviceNeed::larger : MemoryUse::plus);
  }

  private static MemoryUse larger(MemoryUse a, MemoryUse b) {
    MemoryUse most = b.total() > a.total() ? b : a;
    return new MemoryUse(
        most.arena(), most.weights(), most.scratch(), Math.max(a.largest(), b.largest()));
  }
}
