package dev.tandem.orchestrator.placement;

import java.util.EnumSet;
import java.util.Set;

/**
 * What the work of a job costs on each device: from a profile, or measured just now. Methods throw
 * {@link PlacementException} for a device that the costs do not know.
 */
public interface StageCosts {

  /** The units of work that a placement gives to devices. */
  enum Work {
    /** Encoding one prompt. */
    TEXT("text"),
    /** Encoding a picture to begin with. */
    IMAGE("image"),
    /** One evaluation of the U-Net as the job needs it: both halves in one batch if guided. */
    STEP("denoise"),
    /** One evaluation of the U-Net for one half: the batch is 1. */
    HALF_STEP("denoise"),
    /** Decoding the latents of one picture. */
    DECODE("decode");

    private final String stage;

    Work(String stage) {
      this.stage = stage;
    }

    /** Key of the stage that asks for it. */
    public String stage() {
      return stage;
    }

    /** What a unit of a stage without steps is. */
    public static Work of(String stage) {
      for (Work work : values()) {
        if (work.stage.equals(stage) && !work.stage.equals(STEP.stage)) {
          return work;
        }
      }
      throw new IllegalArgumentException("no work of stage '" + stage + "'");
    }
  }

  /** The work whose costs are known; of other work nothing is expected beforehand. */
  default Set<Work> works() {
    return EnumSet.complementOf(EnumSet.of(Work.IMAGE));
  }

  /** Expected time of a unit of work on a device, host copies included, ns. */
  long ns(Work work, String device);

  /** Memory that the unit's executable needs on the device, weights included, bytes. */
  long bytes(Work work, String device);

  /** Memory that the device may use, bytes. */
  long memoryBytes(String device);

  /** Expected time to hand a buffer of that many bytes from one device to another, ns. */
  default long transferNs(long bytes, String from, String to) {
    return 0;
  }
}
