package dev.tandem.orchestrator.lab;

import dev.tandem.orchestrator.picture.Picture;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Draws what is missing in a store: pair by pair, each with all settings, so that the machine's
 * moods fall on all of them alike; every pair begins with another setting.
 */
final class LabRun {
  private final List<Setting> settings;
  private final LabStore store;
  private final Painter painter;
  private final Function<Picture, float[]> judge;

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
  record Painted(Picture picture, double seconds, int evaluations) {}

  LabRun(
      List<Setting> settings, LabStore store, Painter painter, Function<Picture, float[]> judge) {
    this.settings = settings;
    this.store = store;
    this.painter = painter;
    this.judge = judge;
  }

  /**
   * Draws until all is there, or until told to stop.
   *
   * @param last asked before each pair but the first: whether to leave it at what there is
   * @param cancelled asked after each picture: whether to leave at once
   * @return the pairs that are complete
   */
  List<LabPair> run(
      List<LabPair> pairs, BooleanSupplier last, BooleanSupplier cancelled, LabListener listener) {
    List<LabPair> complete = new ArrayList<>();
    int done = 0;
    for (LabPair pair : pairs) {
      if (!complete.isEmpty() && last.getAsBoolean()) {
        break;
      }
      List<Setting> order = new ArrayList<>(settings);
      Collections.rotate(order, -pair.index());
      for (Setting setting : order) {
        if (cancelled.getAsBoolean()) {
          return complete;
        }
        LabResult result;
        try {
          result = store.has(setting, pair) ? store.read(setting, pair) : draw(setting, pair);
        } catch (CancellationException e) {
          return complete;
        }
        listener.onPicture(++done, pairs.size() * settings.size(), result);
      }
      complete.add(pair);
    }
    return complete;
  }

  private LabResult draw(Setting setting, LabPair pair) {
    Painted painted = painter.paint(setting, pair);
    float[] vector = judge.apply(painted.picture());
    LabResult result =
        new LabResult(setting, pair, painted.seconds(), painted.evaluations(), vector);
    store.write(result, painted.picture());
    return result;
  }
}
