package dev.tandem.planning.simulate;

import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import java.util.function.ToDoubleBiFunction;

/**
 * A placement as junctions of stations, wired as the pipeline wires it: the text devices of all
 * lanes encode for all, a lane takes a picture when it is free for it, text and decoding go where
 * they are expected to be finished first.
 */
final class SimulatedWiring {
  private final Job job;
  private final Placement placement;
  private final int depth;
  private final SimulationCosts costs;
  private final SimulatedWork work;
  private final Commitments commitments;
  private final List<SimulatedStation> stations = new ArrayList<>();
  private final List<SimulatedJunction> junctions = new ArrayList<>();
  private final List<SimulatedStation> firstParts = new ArrayList<>();
  private final Map<Integer, Integer> committedTexts = new HashMap<>();
  private int left;

  SimulatedWiring(
      Job job,
      Placement placement,
      int depth,
      SimulationCosts costs,
      SimulatedWork work,
      Commitments commitments) {
    this.job = job;
    this.placement = placement;
    this.depth = depth;
    this.costs = costs;
    this.work = work;
    this.commitments = commitments;
    this.left = job.pictures();
  }

  /** Hears of a picture in a lane. */
  @FunctionalInterface
  interface LaneListener {
    void of(int picture, int lane);
  }

  /**
   * The junction where pictures enter.
   *
   * @param started told when the first stage begins with a picture
   * @param taken told which lane takes a picture
   * @param out told of a picture that is done
   */
  SimulatedJunction first(IntConsumer started, LaneListener taken, IntConsumer out) {
    List<SimulatedStation> lanes = new ArrayList<>();
    for (Lane lane : placement.lanes()) {
      SimulatedJunction next = decode(lane, out);
      List<Integer> steps = lane.stepsOfParts(job.evaluations());
      int end = job.evaluations();
      for (int i = steps.size() - 1; i > 0; i--) {
        DenoisePart part = lane.denoise().get(i);
        int count = steps.get(i);
        SimulatedStation s = station(depth, denoise(part, end - count, end), next::enter);
        next = junction(List.of(s), (picture, all) -> free(all, () -> commit(part, count)));
        end -= count;
      }
      // Several lanes compete for pictures: none may keep one waiting that another could begin.
      int holds = placement.lanes().size() > 1 ? 1 : depth;
      lanes.add(station(holds, denoise(lane.denoise().getFirst(), 0, end), next::enter));
    }
    firstParts.addAll(lanes);
    SimulatedJunction choice = junction(lanes, (picture, ignored) -> chooseLane(picture, taken));
    return text(choice, started);
  }

  /** Lets all junctions choose anew: expected times have changed. */
  void reconsider() {
    junctions.forEach(SimulatedJunction::reconsider);
  }

  int mostHeld() {
    return stations.stream().mapToInt(SimulatedStation::mostHeld).max().orElse(0);
  }

  private SimulatedStation station(
      int holds, BiConsumer<Integer, Runnable> what, BiConsumer<Integer, Runnable> handOver) {
    SimulatedStation s = new SimulatedStation(holds, what, handOver);
    stations.add(s);
    return s;
  }

  private SimulatedJunction junction(
      List<SimulatedStation> all, SimulatedJunction.Chooser chooser) {
    SimulatedJunction j = new SimulatedJunction(all, chooser);
    junctions.add(j);
    return j;
  }

  private BiConsumer<Integer, Runnable> denoise(DenoisePart part, int from, int to) {
    return (picture, done) -> work.denoise(part, picture, from, to, done);
  }

  private void commit(DenoisePart part, int steps) {
    work.devices(part).forEach(d -> commitments.add(d, work.work(part), steps));
  }

  private static int free(List<SimulatedStation> all, Runnable commit) {
    if (!all.getFirst().hasRoom()) {
      return SimulatedJunction.WAIT;
    }
    commit.run();
    return 0;
  }

  private SimulatedJunction text(SimulatedJunction next, IntConsumer started) {
    Set<String> set = new LinkedHashSet<>();
    placement.lanes().forEach(lane -> set.addAll(lane.text()));
    List<String> devices = List.copyOf(set);
    List<SimulatedStation> all =
        devices.stream()
            .map(
                d ->
                    station(
                        depth,
                        (picture, done) -> {
                          started.accept(picture);
                          work.encode(d, committedTexts.get(picture), picture, done);
                        },
                        next::enter))
            .toList();
    return junction(
        all,
        (picture, ignored) -> {
          int units = work.missing(picture).size();
          int best = firstToFinish(devices, (d, p) -> units * costs.ns(Work.TEXT, d), picture);
          if (!all.get(best).hasRoom()) {
            return SimulatedJunction.WAIT;
          }
          committedTexts.put(picture, units);
          commitments.add(devices.get(best), Work.TEXT, units);
          return best;
        });
  }

  private SimulatedJunction decode(Lane lane, IntConsumer out) {
    List<String> devices = lane.decode();
    List<SimulatedStation> all =
        devices.stream()
            .map(
                d ->
                    station(
                        depth,
                        (picture, done) -> work.decode(d, picture, done),
                        (picture, accepted) -> {
                          accepted.run();
                          out.accept(picture);
                        }))
            .toList();
    return junction(
        all,
        (picture, ignored) -> {
          int best = firstToFinish(devices, (d, p) -> costs.ns(Work.DECODE, d), picture);
          if (!all.get(best).hasRoom()) {
            return SimulatedJunction.WAIT;
          }
          commitments.add(devices.get(best), Work.DECODE, 1);
          return best;
        });
  }

  private int firstToFinish(
      List<String> devices, ToDoubleBiFunction<String, Integer> ownNs, int picture) {
    int best = 0;
    double bestNs = Double.POSITIVE_INFINITY;
    for (int i = 0; i < devices.size(); i++) {
      String d = devices.get(i);
      double ns = commitments.backlogNs(d) + ownNs.applyAsDouble(d, picture);
      if (ns < bestNs) {
        best = i;
        bestNs = ns;
      }
    }
    return best;
  }

  /**
   * Of the lanes that are free, the fastest, unless the others would have made all pictures that
   * are left before this lane had made one.
   */
  private int chooseLane(int picture, LaneListener taken) {
    int best = SimulatedJunction.WAIT;
    for (int i = 0; i < firstParts.size(); i++) {
      boolean free = firstParts.get(i).hasRoom();
      if (free && (best == SimulatedJunction.WAIT || pictureNs(i) < pictureNs(best))) {
        best = i;
      }
    }
    boolean none = best == SimulatedJunction.WAIT;
    if (none || (firstParts.size() > 1 && othersFinishFirst(best))) {
      return SimulatedJunction.WAIT;
    }
    Lane lane = placement.lanes().get(best);
    commit(lane.denoise().getFirst(), lane.stepsOfParts(job.evaluations()).getFirst());
    left--;
    taken.of(picture, best);
    return best;
  }

  private boolean othersFinishFirst(int lane) {
    double rate = 0;
    double late = 0;
    for (int i = 0; i < firstParts.size(); i++) {
      if (i != lane && firstParts.get(i).held() > 0) {
        rate += 1 / pictureNs(i);
        late += Math.min(1, backlogNs(i) / pictureNs(i));
      }
    }
    return rate > 0 && (Math.max(1, left) + late) / rate < pictureNs(lane);
  }

  private double backlogNs(int lane) {
    return work.devices(placement.lanes().get(lane).denoise().getFirst()).stream()
        .mapToDouble(commitments::backlogNs)
        .max()
        .orElse(0);
  }

  /** Expected time of a picture in a lane, as its first part computes. */
  private double pictureNs(int index) {
    Lane lane = placement.lanes().get(index);
    DenoisePart part = lane.denoise().getFirst();
    double step =
        work.devices(part).stream()
            .mapToDouble(d -> costs.ns(work.work(part), d))
            .max()
            .orElseThrow();
    double decode =
        lane.decode().stream().mapToDouble(d -> costs.ns(Work.DECODE, d)).min().orElseThrow();
    return job.evaluations() * step + decode;
  }
}
