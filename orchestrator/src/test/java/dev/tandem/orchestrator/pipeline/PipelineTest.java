package dev.tandem.orchestrator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.SpanList;
import dev.tandem.orchestrator.timeline.Timeline;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PipelineTest {

  /** What a stage of these tests does to a task, which is a number. */
  private interface Work {
    void on(int task) throws Exception;
  }

  private record TestStage(String name, Work work) implements PipelineStage<Integer> {
    @Override
    public String device() {
      return "test";
    }

    @Override
    public Visit begin(Integer task) {
      return () -> {
        work.on(task);
        return false;
      };
    }
  }

  /** Remembers every end of a task in the order it was told. */
  private static final class Ends implements Completion<Integer> {
    private final List<Integer> all = Collections.synchronizedList(new ArrayList<>());
    private final List<Integer> failed = Collections.synchronizedList(new ArrayList<>());
    private final List<Throwable> causes = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void completed(Integer task) {
      all.add(task);
    }

    @Override
    public void failed(Integer task, Throwable cause) {
      all.add(task);
      failed.add(task);
      causes.add(cause);
    }
  }

  private static Pipeline<Integer> pipeline(Ends ends, int capacity, TestStage... stages) {
    return pipeline(ends, capacity, new Timeline(), stages);
  }

  private static Pipeline<Integer> pipeline(
      Completion<Integer> ends, int holds, Timeline timeline, TestStage... stages) {
    return new Pipeline<>(
        Junction.chain(List.of(stages), holds),
        new Threading.Threads(),
        new Pipeline.Exit(true, 64),
        timeline,
        t -> t,
        ends,
        new Breakdown());
  }

  @Property(tries = 60)
  void everyTaskEndsExactlyOnceInOrderAndOnlyFailuresFail(
      @ForAll @IntRange(min = 1, max = 4) int stages,
      @ForAll @IntRange(min = 1, max = 5) int capacity,
      @ForAll @Size(max = 40) List<@IntRange(min = 0, max = 7) Integer> failsAt)
      throws Exception {
    Ends ends = new Ends();
    List<TestStage> chain = new ArrayList<>();
    AtomicInteger processed = new AtomicInteger();
    for (int s = 0; s < stages; s++) {
      int stage = s;
      chain.add(
          new TestStage(
              "stage" + s,
              task -> {
                processed.incrementAndGet();
                if (failsAt.get(task) == stage) {
                  throw new IllegalStateException("planned");
                }
              }));
    }
    try (Pipeline<Integer> p = pipeline(ends, capacity, chain.toArray(TestStage[]::new))) {
      for (int i = 0; i < failsAt.size(); i++) {
        p.submit(i);
      }
    }
    List<Integer> planned =
        IntStream.range(0, failsAt.size()).filter(i -> failsAt.get(i) < stages).boxed().toList();
    assertThat(ends.all).isEqualTo(IntStream.range(0, failsAt.size()).boxed().toList());
    assertThat(ends.failed).isEqualTo(planned);
    assertThat(ends.causes).allMatch(c -> "planned".equals(c.getMessage()));
    int visits = failsAt.stream().mapToInt(f -> f < stages ? f + 1 : stages).sum();
    assertThat(processed).as("a failed task skips the stages after its failure").hasValue(visits);
  }

  @Test
  void twoStagesWorkAtTheSameTime() throws Exception {
    Ends ends = new Ends();
    CyclicBarrier meet = new CyclicBarrier(2);
    // Task 1 in the first stage and task 0 in the second can only both go on if they overlap.
    TestStage first = new TestStage("first", t -> meetIf(t == 1, meet));
    TestStage second = new TestStage("second", t -> meetIf(t == 0, meet));
    try (Pipeline<Integer> p = pipeline(ends, 1, first, second)) {
      p.submit(0);
      p.submit(1);
    }
    assertThat(ends.failed).isEmpty();
    assertThat(ends.all).containsExactly(0, 1);
  }

  private static void meetIf(boolean here, CyclicBarrier meet) throws Exception {
    if (here) {
      meet.await(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void aSlowStageHoldsTheProducerBack() throws Exception {
    Ends ends = new Ends();
    CountDownLatch release = new CountDownLatch(1);
    TestStage slow = new TestStage("slow", t -> release.await());
    AtomicInteger entered = new AtomicInteger();
    try (Pipeline<Integer> p = pipeline(ends, 2, slow)) {
      Thread producer = Thread.ofPlatform().start(() -> submitTen(p, entered));
      while (producer.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
      assertThat(entered.get()).as("one at work and one waiting").isLessThanOrEqualTo(2);
      release.countDown();
      producer.join();
    }
    assertThat(ends.all).hasSize(10);
  }

  private static void submitTen(Pipeline<Integer> p, AtomicInteger entered) {
    try {
      for (int i = 0; i < 10; i++) {
        p.submit(i);
        entered.incrementAndGet();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void cancelInterruptsTheWorkAndEveryTaskStillEnds() throws Exception {
    Ends ends = new Ends();
    CountDownLatch started = new CountDownLatch(1);
    TestStage stuck =
        new TestStage(
            "stuck",
            t -> {
              if (t > 0) {
                started.countDown();
                new CountDownLatch(1).await(); // only an interrupt ends this
              }
            });
    try (Pipeline<Integer> p = pipeline(ends, 8, stuck, new TestStage("after", t -> {}))) {
      for (int i = 0; i < 5; i++) {
        p.submit(i);
      }
      assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
      p.cancel();
    }
    assertThat(ends.all).containsExactly(0, 1, 2, 3, 4);
    assertThat(ends.failed).contains(1, 2, 3, 4);
    assertThat(ends.causes).allMatch(CancellationException.class::isInstance);
  }

  @Test
  void aCompletionThatThrowsFailsItsTaskAlone() throws Exception {
    List<String> heard = Collections.synchronizedList(new ArrayList<>());
    Completion<Integer> unwritable =
        new Completion<>() {
          @Override
          public void completed(Integer task) {
            if (task == 1) {
              throw new IllegalStateException("disk full");
            }
            heard.add("done " + task);
          }

          @Override
          public void failed(Integer task, Throwable cause) {
            heard.add("failed " + task + " " + cause.getMessage());
          }
        };
    TestStage stage = new TestStage("stage", t -> {});
    try (Pipeline<Integer> p = pipeline(unwritable, 2, new Timeline(), stage)) {
      for (int i = 0; i < 3; i++) {
        p.submit(i);
      }
    }
    assertThat(heard).containsExactly("done 0", "failed 1 disk full", "done 2");
  }

  @Test
  void spansSayWhoWorkedAndWaited() throws Exception {
    SpanList spans = new SpanList();
    Timeline timeline = new Timeline(Detail.HOST, spans);
    TestStage a = new TestStage("a", t -> {});
    TestStage b = new TestStage("b", t -> {});
    try (Pipeline<Integer> p = pipeline(new Ends(), 1, timeline, a, b)) {
      p.submit(0);
      p.submit(1);
    }
    assertThat(spans.spans())
        .filteredOn(s -> s.kind() == Span.Kind.STAGE)
        .extracting(s -> s.stage() + s.picture())
        .containsExactlyInAnyOrder("a0", "a1", "b0", "b1", "output0", "output1");
    for (String stage : List.of("a", "b", "output")) {
      List<Span> own = spans.spans().stream().filter(s -> s.stage().equals(stage)).toList();
      for (int i = 1; i < own.size(); i++) {
        assertThat(own.get(i).startNs()).isGreaterThanOrEqualTo(own.get(i - 1).endNs());
      }
    }
  }

  @Test
  void aStageThatCannotHandOverIsBlockedUntilTheNextOneTakes() throws Exception {
    SpanList spans = new SpanList();
    Timeline timeline = new Timeline(Detail.HOST, spans);
    CountDownLatch thirdIsThrough = new CountDownLatch(1);
    TestStage a =
        new TestStage(
            "a",
            t -> {
              if (t == 2) {
                thirdIsThrough.countDown();
              }
            });
    TestStage b = new TestStage("b", t -> thirdIsThrough.await());
    try (Pipeline<Integer> p = pipeline(new Ends(), 2, timeline, a, b)) {
      for (int i = 0; i < 3; i++) {
        p.submit(i);
      }
    }
    // Stage b is at work on task 0 and holds task 1 while a has finished task 2.
    assertThat(span(spans, Span.Kind.BLOCKED, "a", 2).endNs())
        .isGreaterThan(span(spans, Span.Kind.STAGE, "b", 0).endNs());
    assertThat(spans.spans())
        .noneMatch(s -> s.kind() == Span.Kind.BLOCKED && s.stage().equals("b"));
  }

  private static Span span(SpanList spans, Span.Kind kind, String stage, int picture) {
    return spans.spans().stream()
        .filter(s -> s.kind() == kind && s.stage().equals(stage) && s.picture() == picture)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void refusesNoStagesAndTasksAfterClose() {
    assertThatThrownBy(() -> pipeline(new Ends(), 1)).hasMessageContaining("at least one stage");
    Pipeline<Integer> p = pipeline(new Ends(), 1, new TestStage("a", t -> {}));
    p.close();
    assertThatThrownBy(() -> p.submit(1)).hasMessageContaining("closed");
  }
}
