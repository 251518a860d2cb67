package dev.tandem.orchestrator.wiring;

import dev.tandem.orchestrator.placement.PictureKind;
import dev.tandem.orchestrator.placement.StageCosts;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.wiring.Workload.Form;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What work of one model costs on each device, as far as is known: what was expected beforehand,
 * corrected by every call since. Any thread.
 */
public final class LiveCosts {
  /** Work on pictures of different sizes takes different times. */
  private record Key(Work work, String device, int width, int height) {}

  private final Map<Key, FormCosts> known = new ConcurrentHashMap<>();

  /**
   * The expected time on a device, ns; empty if nothing is known yet. Of work in two forms it is
   * the mean, as often as each was seen.
   */
  public OptionalLong ns(Work work, String device, PictureKind kind) {
    FormCosts costs = known.get(key(work, device, kind));
    return costs == null ? OptionalLong.empty() : OptionalLong.of((long) costs.mean());
  }

  /**
   * The most that a call is expected to take, ns: a device is not hung because it computes the dear
   * form after cheap ones.
   *
   * @param form the dearest that the call may turn out to have; empty if that was never seen
   */
  OptionalLong mostNs(Work work, Form form, String device, PictureKind kind) {
    FormCosts costs = known.get(key(work, device, kind));
    return costs == null ? OptionalLong.empty() : costs.most(form);
  }

  /** Work took so long. */
  void observe(Work work, Form form, String device, PictureKind kind, long took) {
    known.compute(
        key(work, device, kind),
        (k, old) -> (old == null ? FormCosts.NONE : old).observed(form, took));
  }

  /** Takes what was expected beforehand, where nothing was measured yet. */
  public void expect(PictureKind kind, Iterable<String> devices, StageCosts costs) {
    for (String device : devices) {
      for (Work work : costs.works()) {
        known.putIfAbsent(key(work, device, kind), FormCosts.expected(costs.ns(work, device)));
      }
    }
  }

  private static Key key(Work work, String device, PictureKind kind) {
    return new Key(work, device, kind.width(), kind.height());
  }
}
