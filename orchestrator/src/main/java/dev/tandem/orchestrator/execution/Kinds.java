package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.request.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * The kinds of pictures of a run. Requests that differ in prompts and seed only share what was
 * found out about one of them, so that a million of them need no memory. Any thread.
 */
final class Kinds {
  private final Function<Request, PictureJob> resolve;
  private final ToIntFunction<PictureJob> tile;
  private final Map<Request, Resolved> kinds = new ConcurrentHashMap<>();

  /**
   * A request as the model will fulfil it.
   *
   * @param tile largest side of a tile to decode, latents
   */
  record Resolved(PictureJob job, int tile) {}

  /**
   * No kinds yet.
   *
   * @param resolve throws if the model cannot fulfil a request
   * @param tile throws if a device has too little memory for a picture
   */
  Kinds(Function<Request, PictureJob> resolve, ToIntFunction<PictureJob> tile) {
    this.resolve = resolve;
    this.tile = tile;
  }

  Resolved of(Request r) {
    Resolved like = kinds.computeIfAbsent(kind(r), k -> resolved(r));
    return new Resolved(like.job.with(r.prompt(), r.negative(), r.seed()), like.tile);
  }

  private Resolved resolved(Request r) {
    PictureJob job = resolve.apply(r);
    return new Resolved(job, tile.applyAsInt(job));
  }

  private static Request kind(Request r) {
    return r.withPrompt("").withNegative("").withSeed(0);
  }

  /** A job of each kind so far: size, steps, sampler and guidance. */
  List<PictureJob> jobs() {
    return new ArrayList<>(kinds.values().stream().map(Resolved::job).toList());
  }
}
