package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.Request;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The pictures of a run. A request is resolved when its turn comes, so that a million of them need
 * no memory; those that differ in prompts and seed only share what was resolved.
 */
final class Jobs {
  private final List<Request> requests;
  private final Map<Request, PictureJob> kinds = new LinkedHashMap<>();

  private Jobs(List<Request> requests) {
    this.requests = requests;
  }

  /**
   * Looks at every request once.
   *
   * @param resolve throws if the model cannot fulfil a request
   */
  static Jobs of(List<Request> requests, Function<Request, PictureJob> resolve) {
    Jobs jobs = new Jobs(requests);
    requests.forEach(r -> jobs.kinds.computeIfAbsent(kind(r), k -> resolve.apply(r)));
    return jobs;
  }

  private static Request kind(Request r) {
    return r.withPrompt("").withNegative("").withSeed(0);
  }

  int size() {
    return requests.size();
  }

  /** The job of a picture. */
  PictureJob get(int index) {
    Request r = requests.get(index);
    PictureJob like = kinds.get(kind(r));
    if (like == null) {
      throw new IllegalArgumentException("the list of requests changed during the run");
    }
    return like.with(r.prompt(), r.negative(), r.seed());
  }

  /** A job of each kind: size, steps, sampler and guidance. */
  Collection<PictureJob> kinds() {
    return kinds.values();
  }
}
