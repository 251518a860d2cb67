import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BatchEventProcessorBuilder;
import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.LiteBlockingWaitStrategy;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.SleepingWaitStrategy;
import com.lmax.disruptor.WaitStrategy;
import com.lmax.disruptor.YieldingWaitStrategy;
import com.sun.management.OperatingSystemMXBean;
import dev.tandem.orchestrator.engine.Breakdown;
import dev.tandem.orchestrator.engine.CallQueue;
import dev.tandem.orchestrator.engine.Chooser;
import dev.tandem.orchestrator.engine.Completion;
import dev.tandem.orchestrator.engine.Engine;
import dev.tandem.orchestrator.engine.Junction;
import dev.tandem.orchestrator.engine.Stage;
import dev.tandem.orchestrator.engine.Station;
import dev.tandem.orchestrator.engine.Task;
import dev.tandem.orchestrator.engine.Threads;
import dev.tandem.orchestrator.engine.Unit;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.Timeline;
import dev.tandem.stages.Runner;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/**
 * What it takes to hand a picture from one stage to the next. Each form is measured in rounds that
 * take turns; of each, the round with the least p99 and the median one are printed. Arguments:
 * rounds, hand-overs in a round.
 *
 * <ul>
 *   <li>"engine": Tandem's own, two idle stages, both at one device or each at its own.
 *   <li>"ring each": a bare Disruptor ring between two threads.
 *   <li>"one ring": one ring, the second handler behind the first by a sequence barrier.
 * </ul>
 *
 * Beside the time: how much of a core the waiting threads burn while the first stage is busy for
 * half a second, because a stage of Tandem is busy for seconds.
 */
public final class Handover {
  private static final long PAUSE_NS = 200_000;
  private static final int WARM_UP = 2_000;
  private static final long BUSY_NS = 500_000_000;

  /** A form of hand-over: send one, wait until it has arrived. */
  private interface Form extends AutoCloseable {
    /** Time from the end of the first stage to the begin of the second, ns. */
    long handOver() throws Exception;

    /** Sends one that keeps the first stage busy. */
    void busy() throws Exception;

    @Override
    void close();
  }

  private record Named(String name, Supplier<Form> make, List<Histogram> rounds, double[] burnt) {}

  public static void main(String[] args) throws Exception {
    int rounds = Integer.parseInt(args[0]);
    int count = Integer.parseInt(args[1]);
    List<Named> forms = new ArrayList<>();
    add(forms, "engine, one device", () -> new TandemEngine(1));
    add(forms, "engine, two devices", () -> new TandemEngine(2));
    add(forms, "ring each, blocking", () -> new Bare(false, new BlockingWaitStrategy()));
    add(forms, "ring each, lite blocking", () -> new Bare(false, new LiteBlockingWaitStrategy()));
    add(forms, "ring each, sleeping", () -> new Bare(false, new SleepingWaitStrategy()));
    add(forms, "ring each, yielding", () -> new Bare(false, new YieldingWaitStrategy()));
    add(forms, "one ring, blocking", () -> new Bare(true, new BlockingWaitStrategy()));
    add(forms, "one ring, sleeping", () -> new Bare(true, new SleepingWaitStrategy()));
    for (int r = 0; r < rounds; r++) {
      for (Named n : forms) {
        try (Form form = n.make.get()) {
          for (int i = 0; i < WARM_UP; i++) {
            form.handOver();
          }
          Histogram h = new Histogram(60_000_000_000L, 3);
          for (int i = 0; i < count; i++) {
            LockSupport.parkNanos(PAUSE_NS); // all threads fall asleep
            h.recordValue(Math.max(0, form.handOver()));
          }
          n.rounds.add(h);
          n.burnt[0] += burnt(form) / rounds;
        }
      }
    }
    System.out.printf(
        "%-26s %9s %9s %9s %9s %14s%n",
        "hand-over, microseconds", "p50", "p99", "p99 med.", "p99.9", "cores while busy");
    for (Named n : forms) {
      n.rounds.sort((a, b) -> Long.compare(a.getValueAtPercentile(99), b.getValueAtPercentile(99)));
      Histogram best = n.rounds.getFirst();
      System.out.printf(
          Locale.ROOT,
          "%-26s %9.1f %9.1f %9.1f %9.1f %14.2f%n",
          n.name,
          best.getValueAtPercentile(50) / 1e3,
          best.getValueAtPercentile(99) / 1e3,
          n.rounds.get(rounds / 2).getValueAtPercentile(99) / 1e3,
          best.getValueAtPercentile(99.9) / 1e3,
          n.burnt[0]);
    }
    allocation("one device", new TandemEngine(1), 20_000);
    allocation("two devices", new TandemEngine(2), 20_000);
  }

  private static void add(List<Named> forms, String name, Supplier<Form> make) {
    forms.add(new Named(name, make, new ArrayList<>(), new double[1]));
  }

  /** Cores used by the process while the first stage sleeps: others only wait. */
  private static double burnt(Form form) throws Exception {
    var os = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpu = os.getProcessCpuTime();
    long wall = System.nanoTime();
    form.busy();
    return (os.getProcessCpuTime() - cpu) / (double) (System.nanoTime() - wall);
  }

  /**
   * Bytes that all threads allocate for a picture, beside the spans of the timeline: those are
   * counted by recording as many of them alone.
   */
  private static void allocation(String name, TandemEngine p, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      p.handOver();
    }
    int before = p.spans.get();
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long start = threads.getTotalThreadAllocatedBytes();
    for (int i = 0; i < count; i++) {
      p.handOver();
    }
    long all = threads.getTotalThreadAllocatedBytes() - start;
    int spans = (p.spans.get() - before) / count;
    p.close();
    Timeline alone = new Timeline(Detail.HOST, span -> kept = span);
    record(alone, count * spans);
    long startAlone = threads.getTotalThreadAllocatedBytes();
    record(alone, count * spans);
    long ofSpans = threads.getTotalThreadAllocatedBytes() - startAlone;
    System.out.printf(
        Locale.ROOT,
        "allocated for a picture, %s: %.1f bytes, of which %d spans %.1f; the engine: %.1f%n",
        name,
        all / (double) count,
        spans,
        ofSpans / (double) count,
        (all - ofSpans) / (double) count);
  }

  /** So that a span is really allocated. */
  @SuppressWarnings("unused")
  private static volatile Span kept;

  private static void record(Timeline timeline, int spans) {
    for (int i = 0; i < spans; i++) {
      long now = System.nanoTime();
      timeline.add(new Span(Span.Kind.WAIT, "a", "host", i, -1, now, now));
    }
  }

  /** A picture that only notes when the first stage had it, and when the second. */
  private static final class Noting extends Task {
    private final boolean busy;
    private boolean begun;
    private boolean second;
    private long firstEndNs;
    private long secondStartNs;

    private Noting(int index, boolean busy) {
      super(index, 0);
      this.busy = busy;
    }
  }

  /** Tandem's engine with two stages. */
  private static final class TandemEngine implements Form {
    private final AtomicInteger spans = new AtomicInteger();
    private final Timeline timeline = new Timeline(Detail.HOST, span -> spans.incrementAndGet());
    private final List<CallQueue> devices = new ArrayList<>();
    private final Engine<Noting> engine;
    private volatile int ended;
    private int sent;

    private TandemEngine(int deviceCount) {
      Threads threads = new Threads();
      for (int i = 0; i < deviceCount; i++) {
        devices.add(threads.queue("device" + i, () -> {}));
      }
      Junction<Noting> second = junction(new Once(devices.getLast(), true), Optional.empty());
      engine =
          new Engine<>(
              junction(new Once(devices.getFirst(), false), Optional.of(second)),
              threads,
              new Engine.Exit(true, 8),
              timeline,
              new Completion<>() {
                @Override
                public void completed(Noting t) {}

                @Override
                public void failed(Noting t, Throwable cause) {
                  throw new IllegalStateException(cause);
                }

                @Override
                public void ended(Noting t) {
                  ended++;
                }
              },
              new Breakdown());
    }

    private static Junction<Noting> junction(Once stage, Optional<Junction<Noting>> next) {
      Station<Noting> station = new Station<>(stage, 2, next);
      return new Junction<>(
          List.of(station), (task, hasRoom) -> hasRoom.test(0) ? 0 : Chooser.WAIT);
    }

    /** A stage with one call for each picture. */
    private final class Once implements Stage<Noting> {
      private final CallQueue queue;
      private final boolean second;

      private Once(CallQueue queue, boolean second) {
        this.queue = queue;
        this.second = second;
      }

      @Override
      public String name() {
        return second ? "b" : "a";
      }

      @Override
      public String device() {
        return queue.id();
      }

      @Override
      public Optional<Unit> next(Noting task) {
        if (task.begun && task.second == second) {
          return Optional.empty();
        }
        task.begun = true;
        task.second = second;
        return Optional.of(new Call(this, task));
      }
    }

    private final class Call implements Unit, Unit.Part {
      private final Once stage;
      private final Noting task;

      private Call(Once stage, Noting task) {
        this.stage = stage;
        this.task = task;
      }

      @Override
      public List<Call> parts() {
        return List.of(this);
      }

      @Override
      public void join() {}

      @Override
      public CallQueue queue() {
        return stage.queue;
      }

      @Override
      public CallQueue.Label label() {
        return new CallQueue.Label(timeline, stage.name(), task.index(), -1);
      }

      @Override
      public long limitNs() {
        return Long.MAX_VALUE / 4;
      }

      @Override
      public void run(Runner runner) {
        if (stage.second) {
          task.secondStartNs = System.nanoTime();
          return;
        }
        if (task.busy) {
          LockSupport.parkNanos(BUSY_NS);
        }
        task.firstEndNs = System.nanoTime();
      }
    }

    @Override
    public long handOver() throws Exception {
      return send(false);
    }

    private long send(boolean busy) {
      Noting task = new Noting(sent, busy);
      engine.submit(task);
      sent++;
      while (ended != sent) {
        LockSupport.parkNanos(20_000);
      }
      return task.secondStartNs - task.firstEndNs;
    }

    @Override
    public void busy() throws Exception {
      send(true);
    }

    @Override
    public void close() {
      engine.close();
      devices.forEach(CallQueue::close);
    }
  }

  /** Disruptor alone: two handlers on one ring, or each on its own. */
  private static final class Bare implements Form {
    private final RingBuffer<long[]> first;
    private final List<BatchEventProcessor<long[]>> processors = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile int ended;
    private int sent;

    private Bare(boolean oneRing, WaitStrategy wait) {
      first = RingBuffer.createSingleProducer(() -> new long[3], 4, wait);
      BatchEventProcessor<long[]> a;
      BatchEventProcessor<long[]> b;
      if (oneRing) {
        a =
            new BatchEventProcessorBuilder()
                .setMaxBatchSize(1)
                .build(first, first.newBarrier(), (e, s, end) -> first(e));
        b =
            new BatchEventProcessorBuilder()
                .setMaxBatchSize(1)
                .build(first, first.newBarrier(a.getSequence()), (e, s, end) -> second(e));
        first.addGatingSequences(b.getSequence());
      } else {
        RingBuffer<long[]> next = RingBuffer.createSingleProducer(() -> new long[3], 4, wait);
        a =
            new BatchEventProcessorBuilder()
                .setMaxBatchSize(1)
                .build(
                    first,
                    first.newBarrier(),
                    (e, s, end) -> {
                      first(e);
                      long n = next.next();
                      next.get(n)[0] = e[0];
                      next.publish(n);
                    });
        b =
            new BatchEventProcessorBuilder()
                .setMaxBatchSize(1)
                .build(next, next.newBarrier(), (e, s, end) -> second(e));
        first.addGatingSequences(a.getSequence());
        next.addGatingSequences(b.getSequence());
      }
      for (BatchEventProcessor<long[]> p : List.of(a, b)) {
        processors.add(p);
        threads.add(Thread.ofPlatform().daemon().start(p));
      }
    }

    private void first(long[] e) {
      if (e[2] != 0) {
        LockSupport.parkNanos(BUSY_NS);
      }
      e[0] = System.nanoTime();
    }

    private long latest;

    private void second(long[] e) {
      latest = System.nanoTime() - e[0];
      ended++;
    }

    private long send(long busy) {
      long n = first.next();
      first.get(n)[2] = busy;
      first.publish(n);
      sent++;
      while (ended != sent) {
        LockSupport.parkNanos(20_000);
      }
      return latest;
    }

    @Override
    public long handOver() {
      return send(0);
    }

    @Override
    public void busy() {
      send(1);
    }

    @Override
    public void close() {
      processors.forEach(BatchEventProcessor::halt);
      for (Thread t : threads) {
        try {
          t.join();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }
}
