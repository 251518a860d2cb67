package dev.tandem.orchestrator.simulate;

import dev.tandem.orchestrator.placement.Lane;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;

/** The stages of one lane, each with the ring before it. */
final class SimulatedLane {
  private final List<SimulatedRing<Integer>> rings = new ArrayList<>();

  /**
   * Builds and starts the stages.
   *
   * @param evaluations of the U-Net for each picture
   * @param started told when the first stage begins with a picture
   * @param out takes what the last stage hands over
   */
  SimulatedLane(
      Lane lane,
      int evaluations,
      int ringDepth,
      SimulatedWork work,
      IntConsumer started,
      BiConsumer<Integer, Runnable> out) {
    List<BiConsumer<Integer, Runnable>> works = new ArrayList<>();
    works.add(
        (picture, done) -> {
          started.accept(picture);
          work.encode(lane.text(), picture, done);
        });
    int from = 0;
    List<Integer> steps = lane.stepsOfParts(evaluations);
    for (int i = 0; i < steps.size(); i++) {
      int start = from;
      int end = from + steps.get(i);
      var part = lane.denoise().get(i);
      works.add((picture, done) -> work.denoise(part, picture, start, end, done));
      from = end;
    }
    works.add((picture, done) -> work.decode(lane.decode(), picture, done));
    works.forEach(w -> rings.add(new SimulatedRing<>(ringDepth)));
    for (int i = 0; i < works.size(); i++) {
      BiConsumer<Integer, Runnable> next = i + 1 < works.size() ? rings.get(i + 1)::put : out;
      new SimulatedStage(rings.get(i), works.get(i), next).start();
    }
  }

  void enter(int picture, Runnable accepted) {
    rings.getFirst().put(picture, accepted);
  }

  /** The most pictures that any stage held at once. */
  int mostHeld() {
    return rings.stream().mapToInt(SimulatedRing::mostHeld).max().orElse(0);
  }
}
