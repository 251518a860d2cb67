package dev.tandem.lab;

/** Hears how a lab goes on; called from the thread that runs it. */
public interface LabListener {
  /** Ignores everything. */
  LabListener NONE = new LabListener() {};

  /**
   * A picture is there.
   *
   * @param done pictures there by now
   * @param all pictures that the plan asks for
   */
  default void onPicture(int done, int all, LabResult result) {}
}
