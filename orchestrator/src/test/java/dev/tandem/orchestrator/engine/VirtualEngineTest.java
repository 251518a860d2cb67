package dev.tandem.orchestrator.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.orchestrator.engine.TestStage.Numbered;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.SpanList;
import dev.tandem.orchestrator.timeline.Timeline;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The engine in virtual time: random shapes, times, failures and cancels. */
class VirtualEngineTest {
  private static final int MOST_UNITS = 4;

  /** A run of tasks 0, 1, 2... through random stations, watched. */
  private static final class Trial {
    private final VirtualTime time = new VirtualTime();
    private final SpanList spans = new SpanList();
    private final Heard heard = new Heard();
    private final List<Integer> plannedFailures = new ArrayList<>();
    private final Breakdown breakdown = new Breakdown();
    private final Random random;
    private final List<CallQueue> queues;

    private Trial(long seed) {
      random = new Random(seed);
      queues =
          IntStream.range(0, 1 + random.nextInt(3))
              .mapToObj(i -> time.queue("d" + i, () -> {}))
              .toList();
    }

    /** Layers of alternative stations, each with its own limit, on devices that they share. */
    private Junction<Numbered> junction(int layers) {
      Optional<Junction<Numbered>> next = Optional.empty();
      for (int layer = layers - 1; layer >= 0; layer--) {
        List<Station<Numbered>> stations = new ArrayList<>();
        int alternatives = 1 + random.nextInt(3);
        for (int a = 0; a < alternatives; a++) {
          stations.add(new Station<>(stage("s" + layer + "." + a), 1 + random.nextInt(3), next));
        }
        next = Optional.of(new Junction<>(stations, watched(stations)));
      }
      return next.orElseThrow();
    }

    /** Chooses at random among those with room. */
    private Chooser<Numbered> watched(List<Station<Numbered>> stations) {
      return (task, hasRoom) -> {
        List<Integer> free = IntStream.range(0, stations.size()).filter(hasRoom).boxed().toList();
        return free.isEmpty() ? Chooser.WAIT : free.get(random.nextInt(free.size()));
      };
    }

    private TestStage stage(String name) {
      return new TestStage(
          name,
          queues.get(random.nextInt(queues.size())),
          random.nextInt(MOST_UNITS),
          task -> {
            time.spend(random.nextInt(1000));
            if (random.nextInt(25) == 0) {
              plannedFailures.add(task);
              throw new IllegalStateException("planned");
            }
          },
          task -> time.spend(random.nextInt(50)));
    }

    private Engine<Numbered> engine(int layers, boolean inOrder, int window) {
      return new Engine<>(
          junction(layers),
          time,
          new Engine.Exit(inOrder, window),
          Timeline.simulated(spans),
          heard,
          breakdown);
    }

    private Trial run(int layers, int tasks, boolean inOrder, int window) {
      try (Engine<Numbered> e = engine(layers, inOrder, window)) {
        for (int i = 0; i < tasks; i++) {
          e.awaitRoom();
          e.submit(new Numbered(i));
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException("nothing waits without threads", e);
      }
      assertThat(breakdown.cause()).isEmpty();
      return this;
    }
  }

  @Property(tries = 500)
  void everyTaskEndsOnceInOrderAndNothingLocks(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 4) int layers,
      @ForAll @IntRange(max = 40) int tasks,
      @ForAll boolean inOrder,
      @ForAll @IntRange(min = 1, max = 12) int window) {
    Trial t = new Trial(seed).run(layers, tasks, inOrder, window);
    List<Integer> all = IntStream.range(0, tasks).boxed().toList();
    if (inOrder) {
      assertThat(t.heard.all).isEqualTo(all);
    } else {
      assertThat(t.heard.all).containsExactlyInAnyOrderElementsOf(all);
    }
    assertThat(t.heard.failed).containsExactlyInAnyOrderElementsOf(t.plannedFailures);
    assertNoDeviceDoesTwoThings(t);
  }

  private static void assertNoDeviceDoesTwoThings(Trial t) {
    t.spans.spans().stream()
        .filter(s -> s.kind() == Span.Kind.STAGE)
        .forEach(s -> assertThat(s.durationNs()).isNotNegative());
  }

  @Property(tries = 50)
  void theSameSeedGivesTheSameTimeline(@ForAll long seed) {
    List<Span> once = new Trial(seed).run(3, 20, true, 8).spans.spans();
    assertThat(new Trial(seed).run(3, 20, true, 8).spans.spans()).isEqualTo(once);
  }

  /** Eight submitters, fifty requests each, priorities, cancels at any time. */
  @Property(tries = 1000)
  void whoeverSubmitsAndCancelsEveryRequestEndsOnce(@ForAll long seed) {
    Trial t = new Trial(seed);
    Random random = new Random(seed);
    boolean inOrder = random.nextBoolean();
    List<Numbered> tasks = new ArrayList<>();
    List<Integer> cancelled = new ArrayList<>();
    int[] asked = {0};
    boolean[] stopped = {false};
    Engine<Numbered> e = t.engine(1 + random.nextInt(3), inOrder, 1 + random.nextInt(12));
    Runnable submit =
        () -> {
          asked[0]++;
          Numbered task = new Numbered(tasks.size(), random.nextInt(3));
          if (stopped[0]) {
            assertThatThrownBy(() -> e.submit(task)).isInstanceOf(CancellationException.class);
          } else {
            tasks.add(task);
            e.submit(task);
          }
        };
    Runnable cancel =
        () -> {
          if (tasks.isEmpty()) {
            return; // stopped before the first
          }
          Numbered task = tasks.get(random.nextInt(tasks.size()));
          if (e.cancel(task)) {
            cancelled.add(task.index());
          }
        };
    for (int submitter = 0; submitter < 8; submitter++) {
      double at = 0;
      for (int i = 0; i < 50; i++) {
        at += random.nextInt(3000);
        t.time.after(at, submit);
        if (random.nextInt(3) == 0) {
          t.time.after(at + random.nextInt(5000), cancel);
        }
      }
    }
    if (random.nextInt(10) == 0) {
      t.time.after(
          random.nextInt(100_000),
          () -> {
            stopped[0] = true;
            e.cancel();
          });
    }
    assertThat(t.time.await(e, () -> asked[0] == 400)).isTrue();
    e.close();
    assertThat(t.heard.all)
        .containsExactlyInAnyOrderElementsOf(tasks.stream().map(Task::index).toList());
    if (inOrder) {
      assertThat(t.heard.all).isSorted();
    }
    assertThat(t.heard.failed).containsAll(cancelled);
    assertThat(t.breakdown.cause()).isEmpty();
  }

  @Test
  void aCancelledTaskFreesItsDeviceWithinOneUnit() {
    VirtualTime time = new VirtualTime();
    SpanList spans = new SpanList();
    CallQueue a = time.queue("a", () -> {});
    TestStage s = new TestStage("s", a, 20, task -> time.spend(100), task -> {});
    Heard heard = new Heard();
    try (Engine<Numbered> e =
        new Engine<>(
            TestStage.chain(2, s),
            time,
            new Engine.Exit(true, 8),
            new Timeline(Detail.HOST, spans),
            heard,
            new Breakdown())) {
      Numbered first = new Numbered(0);
      e.submit(first);
      e.submit(new Numbered(1));
      time.after(250, () -> e.cancel(first));
    }
    assertThat(heard.failed).containsExactly(0);
    Span second =
        spans.spans().stream()
            .filter(x -> x.kind() == Span.Kind.STAGE && x.picture() == 1)
            .findFirst()
            .orElseThrow();
    assertThat(second.startNs()).as("the end of the unit at work").isEqualTo(300);
    assertThat(time.now()).isEqualTo(300 + 20 * 100);
  }

  @Test
  void stagesOverlapInVirtualTime() {
    VirtualTime time = new VirtualTime();
    TestStage a = new TestStage("a", time.queue("a", () -> {}), task -> time.spend(100));
    TestStage b = new TestStage("b", time.queue("b", () -> {}), task -> time.spend(60));
    run(time, 10, a, b);
    assertThat(time.now()).as("fill, ten times the slower stage, drain").isEqualTo(10 * 100 + 60);
    assertThat(time.twoNs()).isEqualTo(9 * 60.0);
  }

  @Test
  void theHostsPartComesBeforeTheDevicesNextCall() {
    VirtualTime time = new VirtualTime();
    CallQueue a = time.queue("a", () -> {});
    TestStage s = new TestStage("s", a, 2, task -> time.spend(100), task -> time.spend(10));
    run(time, 3, s);
    assertThat(time.now()).isEqualTo(3 * 2 * 110);
    assertThat(time.busyNs("a")).isEqualTo(600.0);
  }

  @Test
  void devicesSlowEachOtherDownWhileBothAreAtWork() {
    VirtualTime time = new VirtualTime((device, work, other, otherWork) -> 2);
    TestStage a = new TestStage("a", time.queue("a", () -> {}), task -> time.spend(100));
    TestStage b = new TestStage("b", time.queue("b", () -> {}), task -> time.spend(50));
    run(time, 2, a, b);
    // 100 alone; then 50 of each take 100; a's other 50 alone; b's second 50 alone
    assertThat(time.now()).isEqualTo(100 + 100 + 50 + 50);
  }

  private static void run(VirtualTime time, int tasks, TestStage... stages) {
    Heard heard = new Heard();
    try (Engine<Numbered> e =
        new Engine<>(
            TestStage.chain(2, stages),
            time,
            new Engine.Exit(true, 16),
            new Timeline(),
            heard,
            new Breakdown())) {
      IntStream.range(0, tasks).forEach(i -> e.submit(new Numbered(i)));
    }
    assertThat(heard.failed).isEmpty();
  }

  @Test
  void aDeadlockIsReportedInsteadOfWaitingForEver() {
    VirtualTime time = new VirtualTime();
    CallQueue a = time.queue("a", () -> {});
    Junction<Numbered> never =
        new Junction<>(
            List.of(new Station<>(new TestStage("b", a, t -> {}), 1, Optional.empty())),
            (task, hasRoom) -> Chooser.WAIT);
    Junction<Numbered> first =
        new Junction<>(
            List.of(new Station<>(new TestStage("a", a, t -> {}), 1, Optional.of(never))),
            (task, hasRoom) -> hasRoom.test(0) ? 0 : Chooser.WAIT);
    Engine<Numbered> e =
        new Engine<>(
            first, time, new Engine.Exit(true, 4), new Timeline(), new Heard(), new Breakdown());
    e.submit(new Numbered(0));
    assertThatThrownBy(e::close).hasMessageContaining("deadlock").hasMessageContaining("BLOCKED");
  }
}
