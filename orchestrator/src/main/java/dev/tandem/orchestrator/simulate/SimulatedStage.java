package dev.tandem.orchestrator.simulate;

import java.util.function.BiConsumer;

/** A stage's thread: takes a picture, works on it, hands it on, and only then takes the next. */
final class SimulatedStage {
  private final SimulatedRing<Integer> before;
  private final BiConsumer<Integer, Runnable> work;
  private final BiConsumer<Integer, Runnable> handOver;

  /**
   * A stage.
   *
   * @param work on a picture; runs its second argument when it is done
   * @param handOver of a picture; runs its second argument when the next one has room
   */
  SimulatedStage(
      SimulatedRing<Integer> before,
      BiConsumer<Integer, Runnable> work,
      BiConsumer<Integer, Runnable> handOver) {
    this.before = before;
    this.work = work;
    this.handOver = handOver;
  }

  void start() {
    before.take(
        picture ->
            work.accept(
                picture,
                () ->
                    handOver.accept(
                        picture,
                        () -> {
                          before.release();
                          start();
                        })));
  }
}
