package dev.tandem.orchestrator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.simulated.VirtualClock;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.SpanList;
import dev.tandem.orchestrator.timeline.Timeline;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The pipeline without threads, in virtual time: random shapes, times and failures. */
class ThreadlessPipelineTest {
  private static final int MOST_STEPS = 4;

  /** A run of tasks 0, 1, 2... through a random pipeline, watched. */
  private static final class Trial {
    private final VirtualClock clock = new VirtualClock();
    private final SpanList spans = new SpanList();
    private final Timeline timeline = new Timeline(Detail.HOST, spans);
    private final Random random;
    private final List<Integer> ends = new ArrayList<>();
    private final List<Integer> failed = new ArrayList<>();
    private final Map<String, Integer> inside = new HashMap<>();
    private final List<Integer> plannedFailures = new ArrayList<>();

    private Trial(long seed) {
      random = new Random(seed);
    }

    /** Layers of alternative stations, each with its own limit. */
    private Junction<Integer> junction(int layers) {
      Optional<Junction<Integer>> next = Optional.empty();
      for (int layer = layers - 1; layer >= 0; layer--) {
        List<Station<Integer>> stations = new ArrayList<>();
        int alternatives = 1 + random.nextInt(3);
        for (int a = 0; a < alternatives; a++) {
          stations.add(new Station<>(stage("s" + layer + "." + a), 1 + random.nextInt(3), next));
        }
        next = Optional.of(new Junction<>(stations, watched(stations)));
      }
      return next.orElseThrow();
    }

    /** Chooses at random among those with room, and counts who is inside. */
    private Chooser<Integer> watched(List<Station<Integer>> stations) {
      return (task, count, hasRoom) -> {
        List<Integer> free = IntStream.range(0, count).filter(hasRoom).boxed().toList();
        if (free.isEmpty()) {
          return Chooser.WAIT;
        }
        int chosen = free.get(random.nextInt(free.size()));
        Station<Integer> s = stations.get(chosen);
        int now = inside.merge(s.stage().name(), 1, Integer::sum);
        assertThat(now).as(s.stage().name() + " holds").isLessThanOrEqualTo(s.holds());
        return chosen;
      };
    }

    private PipelineStage<Integer> stage(String name) {
      return new PipelineStage<>() {
        @Override
        public String name() {
          return name;
        }

        @Override
        public String device() {
          return "sim";
        }

        @Override
        public Visit begin(Integer task) {
          int steps = 1 + random.nextInt(MOST_STEPS);
          boolean fails = random.nextInt(12) == 0;
          int[] done = {0};
          return () -> {
            clock.occupyUntil(clock.now() + random.nextInt(1000));
            done[0]++;
            boolean more = done[0] < steps;
            if (!more) {
              inside.merge(name, -1, Integer::sum);
              if (fails) {
                plannedFailures.add(task);
                throw new IllegalStateException("planned");
              }
            }
            return more;
          };
        }
      };
    }

    private Trial run(int layers, int tasks, boolean inOrder, int window) {
      Completion<Integer> completion =
          new Completion<>() {
            @Override
            public void completed(Integer task) {
              ends.add(task);
            }

            @Override
            public void failed(Integer task, Throwable cause) {
              ends.add(task);
              failed.add(task);
            }
          };
      try (Pipeline<Integer> p =
          new Pipeline<>(
              junction(layers),
              new Threading.Threadless(clock),
              new Pipeline.Exit(inOrder, window),
              timeline,
              t -> t,
              completion,
              new Breakdown())) {
        for (int i = 0; i < tasks; i++) {
          p.submit(i);
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException("nothing waits without threads", e);
      }
      return this;
    }
  }

  @Property(tries = 500)
  void everyTaskEndsOnceInOrderWithinCapacityAndNothingLocks(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 4) int layers,
      @ForAll @IntRange(max = 40) int tasks,
      @ForAll boolean inOrder,
      @ForAll @IntRange(min = 1, max = 12) int window) {
    Trial t = new Trial(seed).run(layers, tasks, inOrder, window);
    List<Integer> all = IntStream.range(0, tasks).boxed().toList();
    if (inOrder) {
      assertThat(t.ends).isEqualTo(all);
    } else {
      assertThat(t.ends).containsExactlyInAnyOrderElementsOf(all);
    }
    assertThat(t.failed).containsExactlyInAnyOrderElementsOf(t.plannedFailures);
  }

  @Property(tries = 50)
  void theSameSeedGivesTheSameTimeline(@ForAll long seed) {
    List<Span> once = new Trial(seed).run(3, 20, true, 8).spans.spans();
    assertThat(new Trial(seed).run(3, 20, true, 8).spans.spans()).isEqualTo(once);
  }

  @Test
  void stagesOverlapInVirtualTime() throws Exception {
    VirtualClock clock = new VirtualClock();
    Timeline timeline = new Timeline();
    List<PipelineStage<Integer>> stages = List.of(taking(clock, "a", 100), taking(clock, "b", 60));
    try (Pipeline<Integer> p = pipeline(clock, timeline, stages)) {
      for (int i = 0; i < 10; i++) {
        p.submit(i);
      }
    }
    assertThat(clock.now()).as("fill, ten times the slower stage, drain").isEqualTo(10 * 100 + 60);
  }

  @Test
  void aDeadlockIsReportedInsteadOfWaitingForEver() throws Exception {
    VirtualClock clock = new VirtualClock();
    Junction<Integer> never =
        new Junction<>(
            List.of(new Station<>(taking(clock, "b", 1), 1, Optional.empty())),
            (task, count, hasRoom) -> Chooser.WAIT);
    Junction<Integer> first =
        new Junction<>(
            List.of(new Station<>(taking(clock, "a", 1), 1, Optional.of(never))),
            Chooser.firstWithRoom());
    Pipeline<Integer> p =
        new Pipeline<>(
            first,
            new Threading.Threadless(clock),
            new Pipeline.Exit(true, 4),
            new Timeline(),
            t -> t,
            new Completion<>() {
              @Override
              public void completed(Integer task) {}

              @Override
              public void failed(Integer task, Throwable cause) {}
            },
            new Breakdown());
    p.submit(0);
    assertThatThrownBy(p::close).hasMessageContaining("deadlock").hasMessageContaining("BLOCKED");
  }

  private static Pipeline<Integer> pipeline(
      VirtualClock clock, Timeline timeline, List<PipelineStage<Integer>> stages) {
    Completion<Integer> ends =
        new Completion<>() {
          @Override
          public void completed(Integer task) {}

          @Override
          public void failed(Integer task, Throwable cause) {
            throw new AssertionError(cause);
          }
        };
    return new Pipeline<>(
        Junction.chain(Collections.unmodifiableList(stages), 2),
        new Threading.Threadless(clock),
        new Pipeline.Exit(true, 16),
        timeline,
        t -> t,
        ends,
        new Breakdown());
  }

  private static PipelineStage<Integer> taking(VirtualClock clock, String name, long ns) {
    return new PipelineStage<>() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public String device() {
        return name;
      }

      @Override
      public Visit begin(Integer task) {
        clock.occupyUntil(clock.now() + ns);
        return () -> false;
      }
    };
  }
}
