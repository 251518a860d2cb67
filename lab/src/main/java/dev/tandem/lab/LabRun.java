package dev.tandem.lab;

import dev.tandem.orchestrator.picture.Picture;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Draws what is missing in a store. What is cheap comes first and for all pairs, so that a lab that
 * is stopped has many pairs of most settings. What costs about the same is drawn pair by pair, so
 * that the machine's moods fall on all of it alike; every pair begins with another setting.
 */
final class LabRun {
  private final List<Pass> passes;
  private final LabStore store;
  private final Painter painter;
  private final Function<Picture, float[]> judge;

  /** Settings of about the same cost, which are drawn together. */
  record Pass(List<Setting> settings, List<LabPair> pairs) {
    int size() {
      return settings.size() * pairs.size();
    }
  }

  /** Draws one picture; throws {@link CancellationException} when it was told to stop. */
  @FunctionalInterface
  interface Painter {
    Painted paint(Setting setting, LabPair pair);
  }

  /**
   * A picture and what it cost.
   *
   * @param seconds it took
   * @param evaluations of the U-Net
   */
  record Painted(Picture picture, double seconds, int evaluations, StepTimes steps) {}

  /**
   * @param passes in the order in which they are drawn
   */
  LabRun(List<Pass> passes, LabStore store, Painter painter, Function<Picture, float[]> judge) {
    this.passes = passes;
    this.store = store;
    this.painter = painter;
    this.judge = judge;
  }

  /**
   * Draws until all is there, or until told to stop.
   *
   * @param stop asked before each picture: whether to leave it at what there is
   */
  void run(BooleanSupplier stop, LabListener listener) {
    int all = passes.stream().mapToInt(Pass::size).sum();
    int done = 0;
    for (Pass pass : passes) {
      for (LabPair pair : pass.pairs()) {
        List<Setting> order = new ArrayList<>(pass.settings());
        Collections.rotate(order, -pair.index());
        for (Setting setting : order) {
          boolean there = store.has(setting, pair);
          if (!there && stop.getAsBoolean()) {
            return;
          }
          try {
            LabResult result = there ? store.read(setting, pair) : draw(setting, pair);
            listener.onPicture(++done, all, result);
          } catch (CancellationException e) {
            return;
          }
        }
      }
    }
  }

  private LabResult draw(Setting setting, LabPair pair) {
    Painted painted = painter.paint(setting, pair);
    float[] vector = judge.apply(painted.picture());
    LabResult result =
        new LabResult(
            setting, pair, painted.seconds(), painted.evaluations(), painted.steps(), vector);
    store.write(result, painted.picture());
    return result;
  }
}
