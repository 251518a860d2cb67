package dev.tandem.orchestrator.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.orchestrator.engine.TestStage.Numbered;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.Timeline;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Something goes wrong that is not one task's matter, in each place where it can: the engine ends
 * at once with that reason, and no task is told of twice.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EngineBreakdownTest {
  private static final int TASKS = 1000;
  private static final int BREAKS_AT = 5;

  /** Where it happens, to task 5. */
  enum Place {
    CALL,
    JOIN,
    SECOND_LANE,
    LAST_STAGE,
    CHOOSER,
    SPAN,
    COMPLETED,
    FAILED,
    ENDED
  }

  private static final class Planned extends Error {
    private static final long serialVersionUID = 1L;

    private Planned() {
      super("planned");
    }
  }

  private static final class Trial extends Heard {
    private final Place place;
    private final Threads threads = new Threads();
    private final Breakdown breakdown = new Breakdown();

    private Trial(Place place) {
      this.place = place;
    }

    private void at(Place here, int task) {
      if (here == place && task == BREAKS_AT) {
        throw new Planned();
      }
    }

    private TestStage stage(String name, CallQueue queue, Place call, Place join) {
      return new TestStage(
          name,
          queue,
          2,
          t -> {
            at(call, t);
            if (place == Place.FAILED && t == BREAKS_AT) {
              throw new IllegalStateException("its own failure");
            }
          },
          t -> at(join, t));
    }

    /** One stage, then two lanes of two. */
    private Junction<Numbered> wiring(CallQueue x, CallQueue y) {
      Station<Numbered> last =
          new Station<>(stage("c", x, Place.LAST_STAGE, Place.LAST_STAGE), 2, Optional.empty());
      Junction<Numbered> end =
          new Junction<>(List.of(last), (t, room) -> room.test(0) ? 0 : Chooser.WAIT);
      List<Station<Numbered>> lanes =
          List.of(
              new Station<>(stage("b0", x, Place.SECOND_LANE, Place.SECOND_LANE), 1, next(end)),
              new Station<>(stage("b1", y, Place.SECOND_LANE, Place.SECOND_LANE), 1, next(end)));
      Chooser<Numbered> alternately =
          (task, room) -> {
            at(Place.CHOOSER, task.index());
            return room.test(task.index() % 2) ? task.index() % 2 : Chooser.WAIT;
          };
      Station<Numbered> first =
          new Station<>(
              stage("a", y, Place.CALL, Place.JOIN), 2, next(new Junction<>(lanes, alternately)));
      return new Junction<>(List.of(first), (t, room) -> room.test(0) ? 0 : Chooser.WAIT);
    }

    private static Optional<Junction<Numbered>> next(Junction<Numbered> j) {
      return Optional.of(j);
    }

    private int run() throws InterruptedException {
      Timeline timeline =
          new Timeline(
              Detail.HOST,
              span -> {
                if (span.kind() == Span.Kind.STAGE && span.stage().equals("b1")) {
                  at(Place.SPAN, span.picture());
                }
              });
      int entered = 0;
      try (CallQueue x = threads.queue("x", () -> {});
          CallQueue y = threads.queue("y", () -> {});
          Engine<Numbered> e =
              new Engine<>(
                  wiring(x, y), threads, new Engine.Exit(true, 16), timeline, this, breakdown)) {
        while (entered < TASKS) {
          e.awaitRoom();
          e.submit(new Numbered(entered));
          entered++;
        }
      } catch (CancellationException e) {
        // it broke meanwhile
      }
      return entered;
    }

    @Override
    public void completed(Numbered task) {
      at(Place.COMPLETED, task.index());
      super.completed(task);
    }

    @Override
    public void failed(Numbered task, Throwable cause) {
      super.failed(task, cause);
      at(Place.FAILED, task.index());
    }

    @Override
    public void ended(Numbered task) {
      at(Place.ENDED, task.index());
    }
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void anErrorAnywhereEndsTheRunWithThatReason(Place place) throws Exception {
    Trial trial = new Trial(place);
    int entered = trial.run();
    assertThat(trial.breakdown.cause()).containsInstanceOf(Planned.class);
    assertThat(entered).as("entered before it was noticed").isLessThan(TASKS);
    assertThat(trial.all).doesNotHaveDuplicates().hasSize(entered);
    assertThat(trial.causes.stream().filter(Planned.class::isInstance).count())
        .as("the reason as a task's failure")
        .isLessThanOrEqualTo(1);
    assertThat(trial.causes)
        .allMatch(
            c ->
                c instanceof Planned
                    || c instanceof CancellationException
                    || c.getMessage().equals("its own failure"));
  }

  @Test
  void onlyTheFirstReasonCounts() throws Exception {
    CountDownLatch atWork = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Breakdown breakdown = new Breakdown();
    Threads threads = new Threads();
    Heard heard = new Heard();
    try (CallQueue a = threads.queue("a", () -> {})) {
      TestStage stuck =
          new TestStage(
              "stuck",
              a,
              t -> {
                atWork.countDown();
                release.await();
              });
      try (Engine<Numbered> e =
          new Engine<>(
              TestStage.chain(2, stuck),
              threads,
              new Engine.Exit(true, 4),
              new Timeline(),
              heard,
              breakdown)) {
        e.submit(new Numbered(0));
        e.submit(new Numbered(1));
        atWork.await();
        breakdown.report(new Planned());
        breakdown.report(new IllegalStateException("a second reason"));
      }
      release.countDown();
    }
    assertThat(breakdown.cause()).containsInstanceOf(Planned.class);
    assertThat(heard.causes).hasSize(2).allMatch(CancellationException.class::isInstance);
  }
}
