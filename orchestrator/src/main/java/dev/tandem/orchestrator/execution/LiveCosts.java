package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.StageCosts;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What work costs on each device, as far as is known: what was expected beforehand, corrected by
 * every call since. Any thread.
 */
final class LiveCosts {
  /** Weight of the newest call: after three, most of the estimate is measured. */
  private static final double NEWEST = 0.4;

  /** Work on pictures of different sizes takes different times. */
  private record Key(Work work, String device, int width, int height) {}

  private final Map<Key, Double> ns = new ConcurrentHashMap<>();

  /** The expected time on a device, ns; empty if nothing is known yet. */
  OptionalLong ns(Work work, String device, PictureJob job) {
    Double known = ns.get(key(work, device, job));
    return known == null ? OptionalLong.empty() : OptionalLong.of(known.longValue());
  }

  /** Work took so long. */
  void observe(Work work, String device, PictureJob job, long took) {
    ns.merge(key(work, device, job), (double) took, (old, now) -> old + NEWEST * (now - old));
  }

  /** Takes what was expected beforehand, where nothing was measured yet. */
  void expect(Job job, Iterable<String> devices, StageCosts costs) {
    for (String device : devices) {
      for (Work work : Work.values()) {
        ns.putIfAbsent(
            new Key(work, device, job.width(), job.height()), (double) costs.ns(work, device));
      }
    }
  }

  private static Key key(Work work, String device, PictureJob job) {
    return new Key(work, device, job.request().width(), job.request().height());
  }
}
