package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.simulated.SimulatedCosts;
import dev.tandem.devices.simulated.SimulatedDevice;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.engine.Threads;
import dev.tandem.orchestrator.execution.OpenRun;
import dev.tandem.orchestrator.execution.PictureEvents;
import dev.tandem.orchestrator.execution.PictureHandle;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Order;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.wiring.Watchdog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Open runs with real threads, on devices whose work takes no time. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OpenRunThreadsTest {
  private static final int SUBMITTERS = 8;
  private static final int EACH = 50;
  private static final int SEEDS = 10;
  private static final int STEPS = 3;

  @TempDir static Path folder;
  private static Path model;

  /** Pictures by their seed, of a closed run on one device. */
  private static final Map<Long, byte[]> EXPECTED = new HashMap<>();

  @BeforeAll
  static void makeModel() throws Exception {
    model = TinyModel.write(folder);
    try (Tandem tandem = open(Placement.on("a"))) {
      tandem.generateAll(
          IntStream.range(0, SEEDS).mapToObj(OpenRunThreadsTest::request).toList(),
          new GenerationListener() {
            @Override
            public void onPicture(Picture picture) {
              EXPECTED.put(picture.request().seed(), picture.rgb());
            }
          });
    }
    assertThat(EXPECTED).hasSize(SEEDS);
  }

  private static Request request(long seed) {
    return Request.of("apple " + seed % 3).withSteps(STEPS).withSize(32, 32).withSeed(seed);
  }

  private static Device device(String id) {
    DeviceInfo info =
        new DeviceInfo(id, "simulated", DeviceInfo.Type.ACCELERATOR, 1, 16L << 30, "test");
    return new SimulatedDevice(info, new SimulatedCosts.Rates(1e12, 1e11, 0), ns -> {});
  }

  private static Tandem open(Placement placement) {
    return Tandem.open(
        model,
        placement,
        RunOptions.DEFAULT,
        OpenRunThreadsTest::device,
        new Threads(),
        Watchdog.DEFAULT);
  }

  /** Two lanes, one in parts and one with split steps, that share their devices. */
  private static Placement twoLanes() {
    Lane parts =
        new Lane(
            1,
            List.of("a", "b"),
            List.of(DenoisePart.of(1, "a"), DenoisePart.on("b")),
            List.of("a", "b"));
    Lane split = new Lane(1, List.of("b"), List.of(DenoisePart.split("b", "a")), List.of("a"));
    return Placement.of(List.of(parts, split));
  }

  /** Ends in the order in which they are told. */
  private static final class Ends implements GenerationListener {
    private final List<Integer> told = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void onPicture(Picture picture) {
      told.add(picture.index());
    }

    @Override
    public void onFailure(int index, Request request, Throwable cause) {
      told.add(index);
    }
  }

  /** A request on its way, and how often its result has completed. */
  private record Asked(PictureHandle handle, Story story, AtomicInteger completions) {
    static Asked of(OpenRun run, long seed, int priority) {
      Story story = new Story();
      PictureHandle handle = run.submit(request(seed), priority, story);
      AtomicInteger completions = new AtomicInteger();
      var _ = handle.result().whenComplete((p, e) -> completions.incrementAndGet());
      return new Asked(handle, story, completions);
    }

    /** Whether there is a picture; if not, it was cancelled. */
    boolean assertEnded() {
      assertThat(completions).hasValue(1);
      boolean done = !handle.result().isCompletedExceptionally();
      story.assertTold(done);
      if (done) {
        Picture picture = handle.result().join();
        assertThat(picture.index()).isEqualTo(handle.index());
        assertThat(picture.rgb()).isEqualTo(EXPECTED.get(handle.request().seed()));
      } else {
        assertThat(handle.result().isCancelled()).isTrue();
      }
      return done;
    }
  }

  private static List<Asked> submitAndCancel(OpenRun run, long seed) {
    Random random = new Random(seed);
    List<Asked> mine = new ArrayList<>();
    for (int i = 0; i < EACH; i++) {
      mine.add(Asked.of(run, random.nextInt(SEEDS), random.nextInt(3) - 1));
      if (random.nextInt(3) == 0) {
        mine.get(random.nextInt(mine.size())).handle.cancel();
      }
      if (random.nextInt(8) == 0) {
        LockSupport.parkNanos(100_000);
      }
    }
    return mine;
  }

  @ParameterizedTest
  @EnumSource(Order.class)
  void whateverManyThreadsAskEveryRequestEndsOnce(Order order) throws Exception {
    Ends ends = new Ends();
    List<List<Asked>> all = new ArrayList<>();
    List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
    try (Tandem tandem = open(twoLanes())) {
      OpenRun run = tandem.start(twoLanes().withOrder(order), ends, Detail.HOST);
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < SUBMITTERS; t++) {
        long seed = t;
        List<Asked> mine = new ArrayList<>();
        all.add(mine);
        threads.add(
            Thread.ofPlatform()
                .uncaughtExceptionHandler((_, e) -> thrown.add(e))
                .start(() -> mine.addAll(submitAndCancel(run, seed))));
      }
      for (Thread t : threads) {
        t.join();
      }
      run.close();
      assertThat(thrown).isEmpty();
      int done = 0;
      for (List<Asked> mine : all) {
        assertThat(mine).hasSize(EACH);
        done += (int) mine.stream().filter(Asked::assertEnded).count();
      }
      assertThat(run.report().done()).isEqualTo(done).isGreaterThan(EACH);
      assertThat(run.report().failed()).isZero();
      assertThat(run.report().cancelled()).isEqualTo(SUBMITTERS * EACH - done).isPositive();
      assertThat(run.report().brokenBy()).isEmpty();
    }
    List<Integer> indices = IntStream.range(0, SUBMITTERS * EACH).boxed().toList();
    if (order == Order.PROMPT) {
      assertThat(ends.told).isEqualTo(indices);
    } else {
      assertThat(ends.told).containsExactlyInAnyOrderElementsOf(indices);
    }
  }

  @Test
  void closingWaitsForAllThatWasSubmitted() {
    try (Tandem tandem = open(twoLanes())) {
      OpenRun run = tandem.start(GenerationListener.NONE);
      List<Asked> all = IntStream.range(0, 40).mapToObj(i -> Asked.of(run, i % SEEDS, 0)).toList();
      run.close();
      assertThat(all).allMatch(Asked::assertEnded);
      Story refused = new Story();
      assertThatThrownBy(() -> run.submit(request(0), 0, refused))
          .isInstanceOf(IllegalStateException.class)
          .isNotInstanceOf(CancellationException.class)
          .hasMessage("the run is closed");
      assertThat(refused.told()).isEmpty();
      run.close(); // again does nothing
    }
  }

  @ParameterizedTest
  @EnumSource(Order.class)
  void cancellingEndsHoweverManyAreWaiting(Order order) {
    int many = 5000;
    try (Tandem tandem = open(twoLanes())) {
      OpenRun run = tandem.start(twoLanes().withOrder(order), GenerationListener.NONE, Detail.HOST);
      List<Asked> all =
          IntStream.range(0, many).mapToObj(i -> Asked.of(run, i % SEEDS, 0)).toList();
      run.cancel();
      assertThatThrownBy(() -> run.submit(request(0))).isInstanceOf(CancellationException.class);
      run.close();
      long done = all.stream().filter(Asked::assertEnded).count();
      assertThat(done).isLessThan(many);
      assertThat(run.report().done()).isEqualTo((int) done);
      assertThat(run.report().cancelled()).isEqualTo(many - (int) done);
      assertThat(run.report().brokenBy()).isEmpty();
      assertThat(all.getLast().handle.cancel()).as("over").isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(Order.class)
  void eachOfManyThatWaitCanBeCancelled(Order order) {
    int many = 3000;
    try (Tandem tandem = open(twoLanes())) {
      OpenRun run = tandem.start(twoLanes().withOrder(order), GenerationListener.NONE, Detail.HOST);
      List<Asked> all =
          IntStream.range(0, many).mapToObj(i -> Asked.of(run, i % SEEDS, 0)).toList();
      all.reversed().forEach(a -> a.handle.cancel());
      Asked last = Asked.of(run, 7, 0);
      run.close();
      assertThat(last.assertEnded()).isTrue();
      assertThat(all.stream().filter(Asked::assertEnded).count()).isLessThan(many);
      assertThat(run.report().brokenBy()).isEmpty();
    }
  }

  @Test
  void whoIsAcceptedIsToldOfTheEndAlsoIfTheRunIsCancelledMeanwhile() {
    try (Tandem tandem = open(twoLanes())) {
      OpenRun run = tandem.start(GenerationListener.NONE);
      Story story =
          new Story() {
            @Override
            public synchronized void accepted() {
              super.accepted();
              run.cancel();
            }
          };
      assertThatThrownBy(() -> run.submit(request(0), 0, story))
          .isInstanceOf(CancellationException.class);
      run.close();
      assertThat(story.told()).containsExactly("accepted", "failed");
    }
  }

  enum Where {
    ACCEPTED,
    STAGE,
    STEP,
    DONE,
    RUN_STEP,
    RUN_PICTURE
  }

  @ParameterizedTest
  @EnumSource(Where.class)
  void aListenerThatThrowsEndsTheRunWithThatReason(Where where) {
    Error planned = new StackOverflowError("planned");
    PictureEvents events =
        new PictureEvents() {
          private void at(Where here) {
            if (where == here) {
              throw planned;
            }
          }

          @Override
          public void accepted() {
            at(Where.ACCEPTED);
          }

          @Override
          public void stage(String stage, String device) {
            at(Where.STAGE);
          }

          @Override
          public void step(int step, int steps, Supplier<Optional<float[]>> preview) {
            at(Where.STEP);
          }

          @Override
          public void done(Picture picture) {
            at(Where.DONE);
          }
        };
    GenerationListener listener =
        new GenerationListener() {
          @Override
          public void onStep(int index, int step, int steps) {
            if (where == Where.RUN_STEP && index == 5) {
              throw planned;
            }
          }

          @Override
          public void onPicture(Picture picture) {
            if (where == Where.RUN_PICTURE && picture.index() == 5) {
              throw planned;
            }
          }
        };
    try (Tandem tandem = open(twoLanes())) {
      OpenRun run = tandem.start(listener);
      List<PictureHandle> handles = new ArrayList<>();
      try {
        for (int i = 0; i < 200; i++) {
          handles.add(run.submit(request(i % SEEDS), 0, i == 5 ? events : PictureEvents.NONE));
        }
      } catch (CancellationException e) {
        // the run has ended meanwhile
      }
      run.close();
      assertThat(handles).hasSizeGreaterThanOrEqualTo(5);
      assertThat(handles).allMatch(h -> h.result().isDone());
      assertThat(run.report().brokenBy()).containsSame(planned);
      if (where == Where.DONE || where == Where.RUN_PICTURE) {
        assertThatThrownBy(handles.get(5).result()::join)
            .isInstanceOf(CompletionException.class)
            .cause()
            .isSameAs(planned);
      }
      assertThatThrownBy(() -> run.submit(request(0))).isInstanceOf(IllegalStateException.class);
    }
  }
}
