package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.pipeline.Chooser;
import dev.tandem.orchestrator.pipeline.Junction;
import dev.tandem.orchestrator.pipeline.Station;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Placement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A placement as junctions of stations. The text devices of all lanes encode for all; a picture is
 * given to a lane when the lane is free for it, no sooner.
 *
 * <pre>
 *   text (first to finish) --> lanes (LaneChooser) --> part 2 ... --> decode (first to finish)
 * </pre>
 */
final class Wiring {
  /** What may wait before one station, if the placement does not say how many pictures. */
  private static final long WAITING_BYTES = 64L << 20;

  /** Of every CLIP text encoder so far; only estimates rest on it. */
  static final int TOKENS = 77;

  private static final int LEAST_DEPTH = 2;
  private static final int MOST_DEPTH = 4;

  private final RunContext run;
  private final ModelInfo model;
  private final Placement placement;
  private final ConditioningCache cache;
  private final Jobs jobs;
  private final int tile;
  private int places;
  private int made;

  /**
   * A placement's wiring.
   *
   * @param tile largest side of a tile to decode, latents
   */
  Wiring(
      RunContext run,
      ModelInfo model,
      Placement placement,
      ConditioningCache cache,
      Jobs jobs,
      int tile) {
    this.run = run;
    this.model = model;
    this.placement = placement;
    this.cache = cache;
    this.jobs = jobs;
    this.tile = tile;
  }

  /** The junction where pictures enter. */
  Junction<PictureTask> first() {
    List<DenoiseStation> firstParts = new ArrayList<>();
    List<Station<PictureTask>> lanes = new ArrayList<>();
    for (Lane lane : placement.lanes()) {
      Junction<PictureTask> next = decode(lane);
      for (int part = lane.denoise().size() - 1; part > 0; part--) {
        DenoiseStation station = new DenoiseStation(run, model, lane, part, ++made);
        Station<PictureTask> one = station(station, depth(latentBytes()), Optional.of(next));
        next = new Junction<>(List.of(one), new FirstFinish(List.of(station)));
      }
      DenoiseStation station = new DenoiseStation(run, model, lane, 0, ++made);
      // Several lanes compete for pictures: none may keep one waiting that another could begin.
      int holds = placement.lanes().size() > 1 ? 1 : depth(textBytes());
      firstParts.add(station);
      lanes.add(station(station, holds, Optional.of(next)));
    }
    Chooser<PictureTask> chooser = new LaneChooser(run, firstParts, new AtomicInteger(jobs.size()));
    return text(new Junction<>(lanes, chooser));
  }

  private Junction<PictureTask> text(Junction<PictureTask> next) {
    Set<String> devices = new LinkedHashSet<>();
    placement.lanes().forEach(lane -> devices.addAll(lane.text()));
    List<TextStation> stations =
        devices.stream().map(d -> new TextStation(run, run.device(d), cache, ++made)).toList();
    return junction(stations, depth(0), Optional.of(next));
  }

  private Junction<PictureTask> decode(Lane lane) {
    List<VaeStation> stations =
        lane.decode().stream()
            .map(d -> new VaeStation(run, model, run.device(d), tile, ++made))
            .toList();
    return junction(stations, depth(latentBytes()), Optional.empty());
  }

  private Junction<PictureTask> junction(
      List<? extends PlacedStation> stations, int holds, Optional<Junction<PictureTask>> next) {
    return new Junction<>(
        stations.stream().map(s -> station(s, holds, next)).toList(), new FirstFinish(stations));
  }

  private Station<PictureTask> station(
      PlacedStation station, int holds, Optional<Junction<PictureTask>> next) {
    places += holds;
    return new Station<>(station, holds, next);
  }

  /** Pictures that all stations together may hold; after {@link #first}. */
  int places() {
    return places;
  }

  /**
   * How many pictures a station may hold.
   *
   * @param bytes that a waiting picture keeps
   */
  private int depth(long bytes) {
    return placement.ringDepth() == Placement.DEPTH_BY_MEMORY
        ? Math.clamp(WAITING_BYTES / Math.max(1, bytes), LEAST_DEPTH, MOST_DEPTH)
        : placement.ringDepth();
  }

  /** The conditioning of a prompt and its negative. */
  private long textBytes() {
    return 2L * TOKENS * model.unet().contextDim() * Float.BYTES;
  }

  /** The largest latents, with what a sampler keeps of earlier steps. */
  private long latentBytes() {
    long elements =
        jobs.kinds().stream()
            .mapToLong(j -> (long) j.latentHeight() * j.latentWidth())
            .max()
            .orElse(1);
    return 4 * elements * model.unet().outChannels() * Float.BYTES;
  }
}
