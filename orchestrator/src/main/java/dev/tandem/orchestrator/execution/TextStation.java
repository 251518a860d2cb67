package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.execution.ConditioningCache.PromptKey;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.stages.Conditioning;
import dev.tandem.stages.Runner;
import dev.tandem.stages.TextStage;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Encodes the prompt and its negative, each if it is not remembered. */
final class TextStation implements PlacedStation {
  static final String NAME = "encode";

  private final RunContext run;
  private final Seat seat;
  private final ConditioningCache cache;
  private final int number;
  private final AtomicInteger held = new AtomicInteger();

  TextStation(RunContext run, FleetDevice device, ConditioningCache cache, int number) {
    this.number = number;
    this.run = run;
    this.seat = new Seat(run, NAME, device);
    this.cache = cache;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String device() {
    return seat.device().id();
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public int held() {
    return held.get();
  }

  @Override
  public OptionalLong finishNs(PictureTask task) {
    FleetDevice d = seat.device();
    int units = cache.missing(keys(task.job()));
    OptionalLong each = run.costs().ns(Work.TEXT, d.id(), task.job());
    return each.isPresent() || units == 0
        ? OptionalLong.of(d.backlogNs(task.job()) + units * each.orElse(0))
        : OptionalLong.empty();
  }

  @Override
  public void commit(PictureTask task) {
    held.incrementAndGet();
    task.commit(seat.device(), Work.TEXT, cache.missing(keys(task.job())));
  }

  /** The prompt, then its negative where it is asked; the same words twice are two keys. */
  private static Set<PromptKey> keys(PictureJob job) {
    Set<PromptKey> keys =
        new LinkedHashSet<>(List.of(new PromptKey(job.request().prompt(), false)));
    if (job.guided()) {
      keys.add(new PromptKey(job.request().negative(), true));
    }
    return keys;
  }

  @Override
  public Visit begin(PictureTask task) {
    return () -> {
      try {
        List<Conditioning> all = new java.util.ArrayList<>();
        for (PromptKey key : keys(task.job())) {
          all.add(encode(key, task));
        }
        task.setEncoded(new PictureTask.Encoded(all.getFirst(), all.getLast()));
        return false;
      } finally {
        held.decrementAndGet();
        task.release();
      }
    };
  }

  private Conditioning encode(PromptKey key, PictureTask task)
      throws InterruptedException, DeviceFault {
    Optional<Conditioning> known = cache.get(key);
    if (known.isPresent()) {
      return known.get();
    }
    Conditioning made = Call.start(run, seat, Work.TEXT, task, 0, new Encode(key)).join();
    cache.put(key, made);
    return made;
  }

  private final class Encode implements Call.Body<Conditioning> {
    private final PromptKey key;

    private Encode(PromptKey key) {
      this.key = key;
    }

    @Override
    public boolean ready(DeviceStages stages) {
      return stages.text().ready();
    }

    @Override
    public Conditioning run(DeviceStages stages, Runner runner) {
      TextStage text = stages.text();
      return key.negative()
          ? text.encodeNegative(key.prompt(), runner, run.listener()::onWarning)
          : text.encode(key.prompt(), runner, run.listener()::onWarning);
    }
  }
}
