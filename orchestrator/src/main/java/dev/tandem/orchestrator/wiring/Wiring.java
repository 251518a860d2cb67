package dev.tandem.orchestrator.wiring;

import dev.tandem.orchestrator.engine.Engine;
import dev.tandem.orchestrator.engine.Junction;
import dev.tandem.orchestrator.engine.Station;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Order;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A placement as junctions of stations. The devices that all lanes name for a stage before the
 * steps work for all; a picture is given to a lane when the lane is free for it, no sooner.
 *
 * <pre>
 *   text (first to finish) --> lanes (LaneChooser) --> part 2 ... --> decode (first to finish)
 * </pre>
 *
 * @param <P> the picture on its way
 */
public final class Wiring<P extends PictureTask> {
  private final RunContext run;
  private final Workload<P> workload;
  private final Placement placement;
  private final Entries entries;
  private final Depths depths;
  private final PicturesLeft left;
  private int made;

  /**
   * The stages of a pipeline in their order, by their keys in placements.
   *
   * @param before the steps
   * @param steps the one that goes step by step
   * @param after the steps
   */
  public record Entries(List<Entry> before, Entry steps, List<Entry> after) {
    /** Prompts to latents to a picture. */
    public static Entries usual() {
      return of(List.of("text", "denoise", "decode"));
    }

    /**
     * Stages by their keys in the order of work.
     *
     * @param keys among them {@code denoise}
     */
    public static Entries of(List<String> keys) {
      int steps = keys.indexOf(Work.STEP.stage());
      List<Entry> all = keys.stream().map(Entry::of).toList();
      return new Entries(all.subList(0, steps), all.get(steps), all.subList(steps + 1, all.size()));
    }

    public Entries {
      before = List.copyOf(before);
      after = List.copyOf(after);
    }
  }

  /**
   * A stage of a pipeline.
   *
   * @param key in placements and costs
   * @param name in spans and reports
   */
  public record Entry(String key, String name) {
    private static Entry of(String key) {
      return new Entry(key, key.equals(Work.TEXT.stage()) ? "encode" : key);
    }
  }

  /**
   * Pictures that a station may hold, the one at work and those waiting.
   *
   * @param start of stations before which a picture is no more than its request
   * @param steps of the first station of the steps
   * @param latents of stations before which a picture is latents
   */
  public record Depths(int start, int steps, int latents) {
    /** What may wait before one station. */
    private static final long WAITING_BYTES = 64L << 20;

    private static final int LEAST = 2;
    private static final int MOST = 4;

    /** Where nothing is known of the pictures. */
    public static final Depths USUAL = new Depths(MOST, MOST, MOST);

    /**
     * By what a waiting picture keeps.
     *
     * @param textBytes once its prompts are encoded
     * @param latentBytes once it is latents
     */
    public static Depths byMemory(long textBytes, long latentBytes) {
      return new Depths(MOST, depth(textBytes), depth(latentBytes));
    }

    private static int depth(long bytes) {
      return Math.clamp(WAITING_BYTES / Math.max(1, bytes), LEAST, MOST);
    }

    /** As the placement says; where it does not, each its own. */
    public Depths of(Placement placement) {
      int set = placement.ringDepth();
      return set == Placement.DEPTH_BY_MEMORY ? this : new Depths(set, set, set);
    }
  }

  /** Bytes of finished pictures that may wait for an earlier one. */
  private static final long EARLY_BYTES = 64L << 20;

  private static final int LEAST_EARLY = 4;
  private static final int MOST_EARLY = 64;

  public Wiring(
      RunContext run,
      Workload<P> workload,
      Placement placement,
      Entries entries,
      Depths depths,
      PicturesLeft left) {
    this.run = run;
    this.workload = workload;
    this.placement = placement;
    this.entries = entries;
    this.depths = depths.of(placement);
    this.left = left;
  }

  /** The junction where pictures enter. */
  public Junction<P> first() {
    List<StepsStage<P>> firstParts = new ArrayList<>();
    List<Station<P>> lanes = new ArrayList<>();
    for (Lane lane : placement.lanes()) {
      Optional<Junction<P>> next = Optional.empty();
      for (Entry e : entries.after().reversed()) {
        next = Optional.of(singles(e, lane.devices(e.key()), depths.latents(), next));
      }
      for (int part = lane.denoise().size() - 1; part > 0; part--) {
        StepsStage<P> stage = steps(lane, part);
        next =
            Optional.of(
                new Junction<>(
                    List.of(new Station<>(stage, depths.latents(), next)),
                    new FirstFinish<>(List.of(stage))));
      }
      StepsStage<P> stage = steps(lane, 0);
      // Several lanes compete for pictures: none may keep one waiting that another could begin.
      int holds = placement.lanes().size() > 1 ? 1 : depths.steps();
      firstParts.add(stage);
      lanes.add(new Station<>(stage, holds, next));
    }
    List<Work> after = entries.after().stream().map(e -> Work.of(e.key())).toList();
    Junction<P> first = new Junction<>(lanes, new LaneChooser<>(run, firstParts, after, left));
    for (Entry e : entries.before().reversed()) {
      Set<String> devices = new LinkedHashSet<>();
      placement.lanes().forEach(lane -> devices.addAll(lane.devices(e.key())));
      first = singles(e, List.copyOf(devices), depths.start(), Optional.of(first));
    }
    return first;
  }

  /**
   * How pictures leave.
   *
   * @param pixels of the largest picture
   */
  public Engine.Exit exit(Junction<P> first, long pixels) {
    boolean inOrder = placement.order() == Order.PROMPT;
    int early = Math.clamp(EARLY_BYTES / (3 * pixels), LEAST_EARLY, MOST_EARLY);
    return new Engine.Exit(inOrder, first.places() + (inOrder ? early : 1));
  }

  private StepsStage<P> steps(Lane lane, int part) {
    return new StepsStage<>(run, workload, entries.steps().name(), lane, part, ++made);
  }

  private Junction<P> singles(
      Entry entry, List<String> devices, int holds, Optional<Junction<P>> next) {
    List<SingleStage<P>> stages =
        devices.stream()
            .map(d -> new SingleStage<>(run, workload, entry.key(), entry.name(), d, ++made))
            .toList();
    return new Junction<>(
        stages.stream().map(s -> new Station<>(s, holds, next)).toList(),
        new FirstFinish<>(stages));
  }
}
