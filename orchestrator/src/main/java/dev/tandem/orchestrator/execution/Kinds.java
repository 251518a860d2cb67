package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.memory.MemoryPlans;
import dev.tandem.orchestrator.request.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The kinds of pictures of a run. Requests that differ only in prompts, seed and what a picture to
 * begin with shows share what was found out about one of them, so that a million of them need no
 * memory. Any thread.
 */
final class Kinds {
  private final Function<Request, PictureJob> resolve;
  private final Function<PictureJob, MemoryPlans> memory;
  private final Map<Kind, Resolved> kinds = new ConcurrentHashMap<>();

  /**
   * What requests have in common.
   *
   * @param request without prompts, seed and picture to begin with
   * @param strength 0 where there is none
   * @param width of the picture to begin with, 0 where there is none
   * @param height likewise
   */
  private record Kind(Request request, double strength, int width, int height) {
    static Kind of(Request r) {
      Request rest =
          new Request(
              "",
              "",
              0,
              r.steps(),
              r.guidance(),
              r.width(),
              r.height(),
              r.sampler(),
              r.eta(),
              r.limits(),
              Optional.empty());
      return r.init()
          .map(i -> new Kind(rest, i.strength(), i.image().getWidth(), i.image().getHeight()))
          .orElseGet(() -> new Kind(rest, 0, 0, 0));
    }
  }

  /**
   * A request as the model will fulfil it.
   *
   * @param memory in which form each device does its part
   */
  record Resolved(PictureJob job, MemoryPlans memory) {}

  /**
   * No kinds yet.
   *
   * @param resolve throws if the model cannot fulfil a request
   * @param memory throws if a device has too little memory for a picture
   */
  Kinds(Function<Request, PictureJob> resolve, Function<PictureJob, MemoryPlans> memory) {
    this.resolve = resolve;
    this.memory = memory;
  }

  Resolved of(Request r) {
    Resolved like = kinds.computeIfAbsent(Kind.of(r), k -> resolved(r));
    return new Resolved(like.job.with(r), like.memory);
  }

  private Resolved resolved(Request r) {
    PictureJob job = resolve.apply(r);
    return new Resolved(job, memory.apply(job));
  }

  /** A job of each kind so far: size, steps, sampler and guidance. */
  List<PictureJob> jobs() {
    return new ArrayList<>(kinds.values().stream().map(Resolved::job).toList());
  }
}
