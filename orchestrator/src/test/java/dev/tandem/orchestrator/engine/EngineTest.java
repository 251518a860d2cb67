package dev.tandem.orchestrator.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.orchestrator.engine.TestStage.Numbered;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.SpanList;
import dev.tandem.orchestrator.timeline.Timeline;
import java.util.ArrayList;
import java.util.Comparator;
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

/** The engine with threads. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EngineTest {
  private static final Threads THREADS = new Threads();

  private static CallQueue queue(String id) {
    return THREADS.queue(id, () -> {});
  }

  private static Engine<Numbered> engine(Heard heard, Timeline timeline, Junction<Numbered> first) {
    return new Engine<>(
        first, THREADS, new Engine.Exit(true, 64), timeline, heard, new Breakdown());
  }

  private static Engine<Numbered> engine(Heard heard, Junction<Numbered> first) {
    return engine(heard, new Timeline(), first);
  }

  @Property(tries = 60)
  void everyTaskEndsExactlyOnceInOrderAndOnlyFailuresFail(
      @ForAll @IntRange(min = 1, max = 4) int stages,
      @ForAll @IntRange(min = 1, max = 5) int holds,
      @ForAll @Size(max = 40) List<@IntRange(min = 0, max = 7) Integer> failsAt) {
    Heard heard = new Heard();
    AtomicInteger processed = new AtomicInteger();
    try (CallQueue a = queue("a");
        CallQueue b = queue("b")) {
      List<TestStage> chain = new ArrayList<>();
      for (int s = 0; s < stages; s++) {
        int stage = s;
        chain.add(
            new TestStage(
                "stage" + s,
                s % 2 == 0 ? a : b,
                task -> {
                  processed.incrementAndGet();
                  if (failsAt.get(task) == stage) {
                    throw new IllegalStateException("planned");
                  }
                }));
      }
      try (Engine<Numbered> e =
          engine(heard, TestStage.chain(holds, chain.toArray(TestStage[]::new)))) {
        IntStream.range(0, failsAt.size()).forEach(i -> e.submit(new Numbered(i)));
      }
    }
    List<Integer> planned =
        IntStream.range(0, failsAt.size()).filter(i -> failsAt.get(i) < stages).boxed().toList();
    assertThat(heard.all).isEqualTo(IntStream.range(0, failsAt.size()).boxed().toList());
    assertThat(heard.failed).isEqualTo(planned);
    assertThat(heard.causes).allMatch(c -> "planned".equals(c.getMessage()));
    int visits = failsAt.stream().mapToInt(f -> f < stages ? f + 1 : stages).sum();
    assertThat(processed).as("a failed task skips the stages after its failure").hasValue(visits);
  }

  @Test
  void twoDevicesWorkAtTheSameTime() {
    Heard heard = new Heard();
    CyclicBarrier meet = new CyclicBarrier(2);
    // Task 1 in the first stage and task 0 in the second can only both go on if they overlap.
    try (CallQueue a = queue("a");
        CallQueue b = queue("b");
        Engine<Numbered> e =
            engine(
                heard,
                TestStage.chain(
                    1,
                    new TestStage("first", a, t -> meetIf(t == 1, meet)),
                    new TestStage("second", b, t -> meetIf(t == 0, meet))))) {
      e.submit(new Numbered(0));
      e.submit(new Numbered(1));
    }
    assertThat(heard.failed).isEmpty();
    assertThat(heard.all).containsExactly(0, 1);
  }

  private static void meetIf(boolean here, CyclicBarrier meet) throws Exception {
    if (here) {
      meet.await(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void aSlowStageHoldsTheProducerBack() throws Exception {
    Heard heard = new Heard();
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger entered = new AtomicInteger();
    try (CallQueue a = queue("a");
        Engine<Numbered> e =
            engine(heard, TestStage.chain(2, new TestStage("slow", a, t -> release.await())))) {
      Thread producer = Thread.ofPlatform().start(() -> submitTen(e, entered));
      while (producer.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
      assertThat(entered.get()).as("one at work, one waiting, one before").isLessThanOrEqualTo(3);
      release.countDown();
      producer.join();
    }
    assertThat(heard.all).hasSize(10);
  }

  private static void submitTen(Engine<Numbered> e, AtomicInteger entered) {
    try {
      for (int i = 0; i < 10; i++) {
        e.awaitRoom();
        e.submit(new Numbered(i));
        entered.incrementAndGet();
      }
    } catch (InterruptedException ex) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void cancelEndsEveryTaskThoughADeviceIsStillAtWork() throws Exception {
    Heard heard = new Heard();
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    List<Integer> worked = new ArrayList<>();
    try (CallQueue a = queue("a")) {
      TestStage stuck =
          new TestStage(
              "stuck",
              a,
              t -> {
                worked.add(t);
                if (t > 0) {
                  started.countDown();
                  release.await();
                }
              });
      try (Engine<Numbered> e =
          engine(heard, TestStage.chain(8, stuck, new TestStage("after", a, t -> {})))) {
        for (int i = 0; i < 5; i++) {
          e.submit(new Numbered(i));
        }
        assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
        e.cancel();
        assertThatThrownBy(() -> e.submit(new Numbered(9)))
            .isInstanceOf(CancellationException.class);
      } // comes back before the device does
      release.countDown();
    }
    assertThat(heard.all).containsExactly(0, 1, 2, 3, 4);
    assertThat(heard.failed).contains(1, 2, 3, 4);
    assertThat(heard.causes).allMatch(CancellationException.class::isInstance);
    assertThat(worked).as("calls that nobody waits for are not begun").containsExactly(0, 1);
  }

  @Test
  void oneCancelledTaskEndsAloneAndTheNextGoesOn() throws Exception {
    Heard heard = new Heard();
    CountDownLatch atWork = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (CallQueue a = queue("a");
        Engine<Numbered> e =
            engine(
                heard,
                TestStage.chain(
                    2,
                    new TestStage(
                        "s",
                        a,
                        t -> {
                          if (t == 1) {
                            atWork.countDown();
                            release.await();
                          }
                        })))) {
      List<Numbered> tasks = IntStream.range(0, 6).mapToObj(Numbered::new).toList();
      tasks.forEach(e::submit);
      assertThat(atWork.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(e.cancel(tasks.get(1))).as("at work").isTrue();
      assertThat(e.cancel(tasks.get(1))).as("twice").isFalse();
      assertThat(e.cancel(tasks.get(2))).as("waiting in the station").isTrue();
      assertThat(e.cancel(tasks.get(5))).as("waiting to enter").isTrue();
      assertThat(e.cancel(new Numbered(7))).as("never submitted").isFalse();
      release.countDown();
    }
    assertThat(heard.all).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(heard.failed).containsExactly(1, 2, 5);
  }

  @Test
  void aHigherPriorityEntersFirst() throws Exception {
    Heard heard = new Heard();
    CountDownLatch release = new CountDownLatch(1);
    List<Integer> worked = new ArrayList<>();
    try (CallQueue a = queue("a");
        Engine<Numbered> e =
            engine(
                heard,
                TestStage.chain(
                    1,
                    new TestStage(
                        "s",
                        a,
                        t -> {
                          release.await();
                          worked.add(t);
                        })))) {
      for (int i = 0; i < 6; i++) {
        e.submit(new Numbered(i, i == 4 ? 1 : 0));
      }
      release.countDown();
    }
    assertThat(worked).containsExactly(0, 4, 1, 2, 3, 5);
    assertThat(heard.all).as("told in the order of submission").containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void aCompletionThatThrowsFailsItsTaskAlone() {
    Heard heard =
        new Heard() {
          @Override
          public void completed(Numbered task) {
            if (task.index() == 1) {
              throw new IllegalStateException("disk full");
            }
            super.completed(task);
          }
        };
    try (CallQueue a = queue("a");
        Engine<Numbered> e = engine(heard, TestStage.chain(2, new TestStage("s", a, t -> {})))) {
      IntStream.range(0, 3).forEach(i -> e.submit(new Numbered(i)));
    }
    assertThat(heard.all).containsExactly(0, 1, 2);
    assertThat(heard.failed).containsExactly(1);
    assertThat(heard.causes)
        .singleElement()
        .extracting(Throwable::getMessage)
        .isEqualTo("disk full");
  }

  @Test
  void spansSayWhoWorkedAndWaited() {
    SpanList spans = new SpanList();
    try (CallQueue a = queue("a");
        Engine<Numbered> e =
            engine(
                new Heard(),
                new Timeline(Detail.HOST, spans),
                TestStage.chain(
                    1, new TestStage("x", a, t -> {}), new TestStage("y", a, t -> {})))) {
      e.submit(new Numbered(0));
      e.submit(new Numbered(1));
    }
    assertThat(spans.spans())
        .filteredOn(s -> s.kind() == Span.Kind.STAGE)
        .extracting(s -> s.stage() + s.picture())
        .containsExactlyInAnyOrder("x0", "x1", "y0", "y1", "output0", "output1");
    for (String stage : List.of("x", "y", "output")) {
      List<Span> own =
          spans.spans().stream()
              .filter(s -> s.stage().equals(stage))
              .sorted(Comparator.comparingLong(Span::startNs).thenComparingLong(Span::endNs))
              .toList();
      for (int i = 1; i < own.size(); i++) {
        assertThat(own.get(i).startNs()).isGreaterThanOrEqualTo(own.get(i - 1).endNs());
      }
    }
  }

  @Test
  void aStageThatCannotHandOverIsBlockedUntilTheNextOneTakes() {
    SpanList spans = new SpanList();
    CountDownLatch thirdIsThrough = new CountDownLatch(1);
    try (CallQueue a = queue("a");
        CallQueue b = queue("b");
        Engine<Numbered> e =
            engine(
                new Heard(),
                new Timeline(Detail.HOST, spans),
                TestStage.chain(
                    2,
                    new TestStage(
                        "x",
                        a,
                        t -> {
                          if (t == 2) {
                            thirdIsThrough.countDown();
                          }
                        }),
                    new TestStage("y", b, t -> thirdIsThrough.await())))) {
      IntStream.range(0, 3).forEach(i -> e.submit(new Numbered(i)));
    }
    // Stage y is at work on task 0 and holds task 1 while x has finished task 2.
    assertThat(span(spans, Span.Kind.BLOCKED, "x", 2).endNs())
        .isGreaterThanOrEqualTo(span(spans, Span.Kind.STAGE, "y", 0).endNs());
    assertThat(spans.spans())
        .noneMatch(s -> s.kind() == Span.Kind.BLOCKED && s.stage().equals("y"));
  }

  private static Span span(SpanList spans, Span.Kind kind, String stage, int picture) {
    return spans.spans().stream()
        .filter(s -> s.kind() == kind && s.stage().equals(stage) && s.picture() == picture)
        .findFirst()
        .orElseThrow();
  }

  /** The thread that ended a call does the join and starts what follows. */
  @Test
  void aDeviceGoesOnWithoutAnotherThread() {
    List<String> threads = new ArrayList<>();
    TestStage.Work note = t -> threads.add(Thread.currentThread().getName());
    try (CallQueue a = queue("a");
        Engine<Numbered> e =
            engine(new Heard(), TestStage.chain(1, new TestStage("s", a, 5, note, note)))) {
      e.submit(new Numbered(0));
    }
    assertThat(threads).hasSize(10).containsOnly("tandem-device-a");
  }

  @Test
  void refusesTasksAfterCloseAndTasksThatWereHere() {
    try (CallQueue a = queue("a")) {
      Engine<Numbered> e = engine(new Heard(), TestStage.chain(1, new TestStage("s", a, t -> {})));
      Numbered task = new Numbered(3);
      e.submit(task);
      assertThatThrownBy(() -> e.submit(task)).hasMessageContaining("task 3 was submitted before");
      e.close();
      assertThatThrownBy(() -> e.submit(new Numbered(4))).hasMessageContaining("closed");
    }
  }
}
