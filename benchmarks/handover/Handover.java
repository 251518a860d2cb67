import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BatchEventProcessorBuilder;
import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.LiteBlockingWaitStrategy;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.SleepingWaitStrategy;
import com.lmax.disruptor.WaitStrategy;
import com.lmax.disruptor.YieldingWaitStrategy;
import com.sun.management.OperatingSystemMXBean;
import dev.tandem.orchestrator.pipeline.Breakdown;
import dev.tandem.orchestrator.pipeline.Completion;
import dev.tandem.orchestrator.pipeline.Junction;
import dev.tandem.orchestrator.pipeline.Pipeline;
import dev.tandem.orchestrator.pipeline.PipelineStage;
import dev.tandem.orchestrator.pipeline.Threading;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.Timeline;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
 *   <li>"pipeline": Tandem's own, two idle stages.
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
    add(forms, "pipeline", TandemPipeline::new);
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
    allocation(20_000);
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
  private static void allocation(int count) throws Exception {
    TandemPipeline p = new TandemPipeline();
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
    Timeline alone = new Timeline();
    record(alone, count * spans);
    long startAlone = threads.getTotalThreadAllocatedBytes();
    record(alone, count * spans);
    long ofSpans = threads.getTotalThreadAllocatedBytes() - startAlone;
    System.out.printf(
        Locale.ROOT,
        "allocated for a picture: %.1f bytes, of which %d spans %.1f; the rings: %.1f%n",
        all / (double) count,
        spans,
        ofSpans / (double) count,
        (all - ofSpans) / (double) count);
  }

  private static void record(Timeline timeline, int spans) {
    for (int i = 0; i < spans; i++) {
      long now = System.nanoTime();
      timeline.add(new Span(Span.Kind.WAIT, "a", "host", i, -1, now, now));
    }
  }

  /** Tandem's pipeline with two stages. */
  private static final class TandemPipeline implements Form {
    private final AtomicInteger spans = new AtomicInteger();
    private final Timeline timeline = new Timeline(Detail.HOST, span -> spans.incrementAndGet());
    private final long[] task = new long[2];
    private volatile int ended;
    private int sent;
    private boolean busy;
    private final Pipeline<long[]> pipeline =
        new Pipeline<>(
            Junction.chain(List.of(new Stage("a", 0), new Stage("b", 1)), 2),
            new Threading.Threads(),
            new Pipeline.Exit(true, 8),
            timeline,
            t -> 0,
            new Completion<>() {
              @Override
              public void completed(long[] t) {
                ended++;
              }

              @Override
              public void failed(long[] t, Throwable cause) {
                throw new IllegalStateException(cause);
              }
            },
            new Breakdown());

    private final class Stage implements PipelineStage<long[]> {
      private final String name;
      private final Visit visit;

      private Stage(String name, int number) {
        this.name = name;
        visit =
            () -> {
              if (busy && number == 0) {
                LockSupport.parkNanos(BUSY_NS);
              }
              task[number] = System.nanoTime();
              return false;
            };
      }

      @Override
      public String name() {
        return name;
      }

      @Override
      public String device() {
        return "host";
      }

      @Override
      public Visit begin(long[] t) {
        return visit;
      }
    }

    @Override
    public long handOver() throws Exception {
      pipeline.submit(task);
      sent++;
      while (ended != sent) {
        LockSupport.parkNanos(20_000);
      }
      return task[1] - task[0];
    }

    @Override
    public void busy() throws Exception {
      busy = true;
      handOver();
      busy = false;
    }

    @Override
    public void close() {
      pipeline.close();
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
