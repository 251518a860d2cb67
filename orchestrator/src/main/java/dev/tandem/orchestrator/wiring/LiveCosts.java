package dev.tandem.orchestrator.wiring;

import dev.tandem.orchestrator.placement.PictureKind;
import dev.tandem.orchestrator.placement.StageCosts;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What work of one model costs on each device, as far as is known: what was expected beforehand,
 * corrected by every call since. Any thread.
 */
public final class LiveCosts {
  /** Weight of the newest call: after three, most of the estimate is measured. */
  private static final double NEWEST = 0.4;

  /** Work on pictures of different sizes takes different times. */
  private record Key(Work work, String device, int width, int height) {}

  private final Map<Key, Double> ns = new ConcurrentHashMap<>();

  /** The expected time on a device, ns; empty if nothing is known yet. */
  public OptionalLong ns(Work work, String device, PictureKind kind) {
    Double known = ns.get(key(work, device, kind));
    return known == null ? OptionalLong.empty() : OptionalLong.of(known.longValue());
  }

  /** Work took so long. */
  void observe(Work work, String device, PictureKind kind, long took) {
    ns.merge(key(work, device, kind), (double) took, (old, now) -> old + NEWEST * (now - old));
  }

  /** Takes what was expected beforehand, where nothing was measured yet. */
  public void expect(PictureKind kind, Iterable<String> devices, StageCosts costs) {
    for (String device : devices) {
      for (Work work : costs.works()) {
        ns.putIfAbsent(key(work, device, kind), (double) costs.ns(work, device));
      }
    }
  }

  private static Key key(Work work, String device, PictureKind kind) {
    return new Key(work, device, kind.width(), kind.height());
  }
}
