package dev.tandem.orchestrator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.Timeline;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Something goes wrong that is not one task's matter, in each place where it can: the pipeline ends
 * at once with that reason, and no task is told of twice.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BreakdownTest {
  private static final int TASKS = 1000;
  private static final int BREAKS_AT = 5;

  /** Where it happens, to task 5. */
  enum Place {
    BEGIN,
    STEP,
    SECOND_LANE,
    LAST_STAGE,
    CHOOSER,
    SPAN,
    PICTURE_OF,
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

  /** Remembers the ends of tasks, and waits in its last stage until something has broken. */
  private static final class Trial implements Completion<Integer> {
    private final Place place;
    private final List<Integer> told = Collections.synchronizedList(new ArrayList<>());
    private final List<Throwable> causes = Collections.synchronizedList(new ArrayList<>());
    private final Breakdown breakdown = new Breakdown();

    private Trial(Place place) {
      this.place = place;
    }

    private void at(Place here, int task) {
      if (here == place && task == BREAKS_AT) {
        throw new Planned();
      }
    }

    private PipelineStage<Integer> stage(String name, Consumer<Integer> begin, Place step) {
      return new PipelineStage<>() {
        @Override
        public String name() {
          return name;
        }

        @Override
        public String device() {
          return "test";
        }

        @Override
        public Visit begin(Integer task) {
          begin.accept(task);
          return () -> {
            at(step, task);
            if (place == Place.FAILED && task == BREAKS_AT) {
              throw new IllegalStateException("its own failure");
            }
            return false;
          };
        }
      };
    }

    /** One stage, then two lanes of two. */
    private Junction<Integer> wiring() {
      Station<Integer> last =
          new Station<>(stage("c", t -> {}, Place.LAST_STAGE), 2, Optional.empty());
      Junction<Integer> end = new Junction<>(List.of(last), Chooser.firstWithRoom());
      List<Station<Integer>> lanes =
          List.of(
              new Station<>(stage("b0", t -> {}, Place.SECOND_LANE), 1, Optional.of(end)),
              new Station<>(stage("b1", t -> {}, Place.SECOND_LANE), 1, Optional.of(end)));
      Chooser<Integer> alternately =
          (task, count, room) -> {
            at(Place.CHOOSER, task);
            return room.test(task % count) ? task % count : Chooser.WAIT;
          };
      Station<Integer> first =
          new Station<>(
              stage("a", t -> at(Place.BEGIN, t), Place.STEP),
              2,
              Optional.of(new Junction<>(lanes, alternately)));
      return new Junction<>(List.of(first), Chooser.firstWithRoom());
    }

    private int run(Threading threading) throws InterruptedException {
      Timeline timeline =
          new Timeline(
              Detail.HOST,
              span -> {
                if (span.kind() == Span.Kind.STAGE && span.stage().equals("b1")) {
                  at(Place.SPAN, span.picture());
                }
              });
      int entered = 0;
      try (Pipeline<Integer> p =
          new Pipeline<>(
              wiring(),
              threading,
              new Pipeline.Exit(true, 16),
              timeline,
              t -> {
                at(Place.PICTURE_OF, t);
                return t;
              },
              this,
              breakdown)) {
        while (entered < TASKS && breakdown.cause().isEmpty()) {
          p.submit(entered);
          entered++;
        }
      } catch (CancellationException e) {
        // it broke while the next one waited for room
      }
      return entered;
    }

    @Override
    public void completed(Integer task) {
      told.add(task);
      at(Place.COMPLETED, task);
    }

    @Override
    public void failed(Integer task, Throwable cause) {
      if (place != Place.COMPLETED || task != BREAKS_AT) {
        told.add(task);
      }
      causes.add(cause);
      at(Place.FAILED, task);
    }

    @Override
    public void ended(Integer task) {
      at(Place.ENDED, task);
    }
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void anErrorAnywhereEndsTheRunWithThatReason(Place place) throws Exception {
    Trial trial = new Trial(place);
    int entered = trial.run(new Threading.Threads());
    assertThat(trial.breakdown.cause()).containsInstanceOf(Planned.class);
    assertThat(entered).as("entered before it was noticed").isLessThan(TASKS);
    assertThat(trial.told).doesNotHaveDuplicates();
    assertThat(trial.told).hasSize(entered);
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
  void whatWaitsInAStageIsInterrupted() throws Exception {
    CountDownLatch atWork = new CountDownLatch(1);
    Breakdown breakdown = new Breakdown();
    PipelineStage<Integer> stuck =
        new PipelineStage<>() {
          @Override
          public String name() {
            return "stuck";
          }

          @Override
          public String device() {
            return "test";
          }

          @Override
          public Visit begin(Integer task) {
            return () -> {
              atWork.countDown();
              new CountDownLatch(1).await(); // only an interrupt ends this
              return false;
            };
          }
        };
    List<Throwable> causes = Collections.synchronizedList(new ArrayList<>());
    Completion<Integer> ends =
        new Completion<>() {
          @Override
          public void completed(Integer task) {}

          @Override
          public void failed(Integer task, Throwable cause) {
            causes.add(cause);
          }
        };
    try (Pipeline<Integer> p =
        new Pipeline<>(
            Junction.chain(List.of(stuck), 2),
            new Threading.Threads(),
            new Pipeline.Exit(true, 4),
            new Timeline(),
            t -> t,
            ends,
            breakdown)) {
      p.submit(0);
      p.submit(1);
      atWork.await();
      breakdown.report(new Planned());
      breakdown.report(new IllegalStateException("a second reason"));
    }
    assertThat(breakdown.cause()).containsInstanceOf(Planned.class);
    assertThat(causes).hasSize(2).allMatch(CancellationException.class::isInstance);
  }

  @Test
  void aThreadThatDiesEndsTheRunThoughItsTaskIsLost() throws Exception {
    Ring<String> ring =
        new Ring<>(
            2,
            slot -> {
              throw new Planned();
            });
    List<Throwable> died = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch told = new CountDownLatch(1);
    Ring.Consumer consumer =
        ring.consumer(
            "doomed",
            e -> {
              died.add(e);
              told.countDown();
            });
    consumer.start();
    ring.put("task", 0, null);
    told.await();
    consumer.stop();
    assertThat(consumer.ended()).isTrue();
    assertThat(died).hasSize(1);
    assertThat(died.getFirst()).hasRootCauseInstanceOf(Planned.class);
  }
}
