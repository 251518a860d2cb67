package dev.tandem.orchestrator.measure;

import dev.tandem.orchestrator.timeline.Overlap;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.StageSummary;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The figures of a run, kept up while it goes on. Spans come when they are over, in no strict
 * order; so they are kept until no picture on its way can have one as early, then summed up and
 * forgotten. Memory is that of the pictures on their way and of those made meanwhile. Any thread.
 */
public final class RunFigures {
  /** Spans are summed up by so many: each time costs a sort. */
  private static final int BATCH = 2048;

  /** The spans of one picture that are still needed. */
  private static final class Kept {
    private final long enteredNs;
    private final List<Span> spans = new ArrayList<>();
    private boolean ended;
    private boolean finished;

    private Kept(long enteredNs) {
      this.enteredNs = enteredNs;
    }
  }

  private final int batch;
  private final StageSums stages = new StageSums();
  private final Latencies latencies = new Latencies();
  private final Map<String, DeviceSums> devices = new LinkedHashMap<>();
  private final Map<Integer, Kept> pictures = new HashMap<>();
  private Overlap overlap = new Overlap(0, 0);
  private long summedToNs = Long.MIN_VALUE;
  private int kept;
  private int enough;

  public RunFigures() {
    this(BATCH);
  }

  /**
   * Figures of nothing yet.
   *
   * @param batch spans after which some are summed up: for tests
   */
  RunFigures(int batch) {
    this.batch = batch;
    enough = batch;
  }

  /** A picture is on its way: none of its spans starts before this. */
  public synchronized void entered(int picture, long nowNs) {
    pictures.put(picture, new Kept(nowNs));
  }

  /** A span is over. */
  public synchronized void add(Span s) {
    stages.add(s);
    devices.computeIfAbsent(s.device(), DeviceSums::new).add(s);
    switch (s.kind()) {
      case RUN, TRANSFER, STAGE, BLOCKED -> {
        pictures.computeIfAbsent(s.picture(), p -> late(s)).spans.add(s);
        kept++;
      }
      case STEP, OPERATION, WAIT -> {}
    }
  }

  /** A span of a picture that is not on its way (any more) holds nothing up. */
  private static Kept late(Span s) {
    Kept k = new Kept(s.startNs());
    k.ended = true;
    return k;
  }

  /**
   * All spans of a picture have come.
   *
   * @param finished whether it was made: then its latency counts
   */
  public synchronized void ended(int picture, boolean finished) {
    Kept p = pictures.get(picture);
    if (p == null) {
      return;
    }
    p.ended = true;
    p.finished = finished;
    if (kept >= enough) {
      sumUp(
          pictures.values().stream()
              .filter(k -> !k.ended)
              .mapToLong(k -> k.enteredNs)
              .min()
              .orElseGet(this::lastNs));
      enough = Math.max(batch, 2 * kept);
    }
  }

  private long lastNs() {
    return pictures.values().stream()
        .flatMap(k -> k.spans.stream())
        .mapToLong(Span::endNs)
        .max()
        .orElse(summedToNs);
  }

  /** All that happened up to a time, which is known by now. */
  private void sumUp(long toNs) {
    if (toNs > summedToNs) {
      List<Span> known = pictures.values().stream().flatMap(k -> k.spans.stream()).toList();
      Window window = new Window(known, summedToNs, toNs);
      devices.values().forEach(d -> d.add(window));
      overlap = overlap.plus(Overlap.of(window.runs()));
      summedToNs = toNs;
    }
    pictures.values().removeIf(k -> k.ended && gone(k, toNs));
  }

  /** Forgets a picture with nothing after a time. */
  private boolean gone(Kept k, long toNs) {
    boolean gone = k.spans.stream().allMatch(s -> s.endNs() <= toNs);
    if (gone) {
      latency(k);
      kept -= k.spans.size();
    }
    return gone;
  }

  private void latency(Kept k) {
    List<Span> visits = k.spans.stream().filter(s -> s.kind() == Span.Kind.STAGE).toList();
    if (k.finished && !visits.isEmpty()) {
      long from = visits.stream().mapToLong(Span::startNs).min().orElseThrow();
      long to = visits.stream().mapToLong(Span::endNs).max().orElseThrow();
      latencies.add(to - from);
    }
  }

  /** The run is over: what is left is summed up. */
  public synchronized void finish() {
    pictures.values().forEach(k -> k.ended = true);
    sumUp(lastNs());
  }

  /** The figures of a whole run, all of whose pictures were made, from its spans. */
  public static RunFigures of(Collection<Span> spans) {
    RunFigures f = new RunFigures(Integer.MAX_VALUE);
    spans.forEach(f::add);
    f.pictures.values().forEach(k -> k.finished = true);
    f.finish();
    return f;
  }

  /** How many spans wait to be summed up. */
  synchronized int kept() {
    return kept;
  }

  /** A row for each stage and device, in the order in which they first appeared. */
  public synchronized List<StageSummary> stages() {
    return stages.rows();
  }

  /**
   * The figures so far; all of them after {@link #finish}.
   *
   * @param wallNs from the first submission to the last completion
   * @param done pictures finished
   */
  public synchronized RunMetrics metrics(long wallNs, int done) {
    List<DeviceUse> uses =
        devices.values().stream()
            .filter(DeviceSums::computed)
            .sorted(Comparator.comparingLong(DeviceSums::firstNs))
            .map(DeviceSums::use)
            .toList();
    return new RunMetrics(wallNs, done, latencies, overlap, uses);
  }
}
