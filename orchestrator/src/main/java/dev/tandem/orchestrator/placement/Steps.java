package dev.tandem.orchestrator.placement;

/** How many evaluations of the U-Net a part of the denoising loop does. */
public sealed interface Steps {

  /**
   * A fixed number, or all that are left where there are fewer.
   *
   * @param count at least 1
   */
  record Count(int count) implements Steps {
    public Count {
      if (count < 1) {
        throw new PlacementException("steps is " + count + ": it must be at least 1");
      }
    }
  }

  /**
   * A share of all steps, rounded to the nearest number.
   *
   * @param percent above 0 and below 100
   */
  record Percent(double percent) implements Steps {
    public Percent {
      if (!(percent > 0 && percent < 100)) {
        throw new PlacementException(
            "steps is " + percent + "%: it must be above 0% and below 100%");
      }
    }
  }

  /** All that are left. */
  record Rest() implements Steps {}

  /**
   * The number of steps.
   *
   * @param total of the picture
   * @param left after the parts before this one
   */
  default int of(int total, int left) {
    return switch (this) {
      case Count c -> Math.min(c.count, left);
      case Percent p -> Math.min((int) Math.round(p.percent * total / 100), left);
      case Rest _ -> left;
    };
  }
}
