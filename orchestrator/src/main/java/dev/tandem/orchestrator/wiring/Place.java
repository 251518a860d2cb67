package dev.tandem.orchestrator.wiring;

import dev.tandem.orchestrator.engine.CallQueue;
import dev.tandem.orchestrator.placement.PictureKind;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A device in use: its queue, and the work it is committed to by all runs. Any thread. */
public final class Place {
  private final CallQueue queue;
  private final Map<Work, AtomicInteger> committed = new EnumMap<>(Work.class);

  public Place(CallQueue queue) {
    this.queue = queue;
    for (Work work : Work.values()) {
      committed.put(work, new AtomicInteger());
    }
  }

  /** The device, as {@code Devices.open} takes it. */
  public String id() {
    return queue.id();
  }

  public CallQueue queue() {
    return queue;
  }

  /** Takes units of work on, or with a negative number gives them up. */
  void commit(Work work, int units) {
    committed.get(work).addAndGet(units);
  }

  /** Expected time for all it is committed to, ns; what is not known counts nothing. */
  long backlogNs(LiveCosts costs, PictureKind kind) {
    long ns = 0;
    for (Map.Entry<Work, AtomicInteger> e : committed.entrySet()) {
      int units = e.getValue().get();
      if (units > 0) {
        ns += units * costs.ns(e.getKey(), id(), kind).orElse(0);
      }
    }
    return ns;
  }
}
