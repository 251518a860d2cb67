package dev.tandem.orchestrator.timeline;

/** Records the steps of one picture: each lasts from the end of the one before. */
public final class StepClock {
  private final Timeline timeline;
  private final String stage;
  private final String device;
  private final int picture;
  private long startNs = System.nanoTime();

  /** The first step starts now. */
  public StepClock(Timeline timeline, String stage, String device, int picture) {
    this.timeline = timeline;
    this.stage = stage;
    this.device = device;
    this.picture = picture;
  }

  /** A step is done, counted from 0; the next one starts. */
  public void done(int step) {
    timeline.endNow(Span.Kind.STEP, stage, device, picture, step, startNs);
    startNs = System.nanoTime();
  }
}
