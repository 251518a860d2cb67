package dev.tandem.conformance.pipeline;

import static dev.tandem.conformance.pipeline.SimulatedFleet.MS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.simulated.Faults;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.engine.VirtualTime;
import dev.tandem.orchestrator.execution.OpenRun;
import dev.tandem.orchestrator.execution.PictureHandle;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Order;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.SpanList;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.checkpoint.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Open runs in virtual time, with the real stages. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OpenRunTest {
  private static final int SEEDS = 10;
  private static final int STEPS = 4;

  @TempDir static Path folder;
  private static Path model;
  private static Map<Integer, byte[]> expected;

  @BeforeAll
  static void makeModel() throws Exception {
    model = TinyModel.write(folder);
    List<Request> all = IntStream.range(0, SEEDS).mapToObj(OpenRunTest::request).toList();
    expected =
        new SimulatedFleet()
            .add("a", 3, 15, 60, Faults.NONE)
            .run(model, Placement.on("a"), all)
            .rgb();
    assertThat(expected).hasSize(SEEDS);
  }

  private static Request request(long seed) {
    return Request.of("apple " + seed % 3).withSteps(STEPS).withSize(32, 32).withSeed(seed);
  }

  private record Asked(PictureHandle handle, Story story) {}

  /** Requests and cancels at random times. */
  private static void oneRun(long seed) {
    Random random = new Random(seed);
    List<String> ids = List.of("a", "b", "c").subList(0, 1 + random.nextInt(3));
    SimulatedFleet fleet = new SimulatedFleet();
    ids.forEach(
        id ->
            fleet.add(
                id,
                1 + random.nextInt(9),
                1 + random.nextInt(40),
                random.nextInt(99),
                Faults.NONE));
    Placement placement = SimulatedRunPropertiesTest.randomPlacement(random, ids);
    VirtualTime time = fleet.time();
    int requests = 30;
    List<Asked> all = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    GenerationListener listener =
        new GenerationListener() {
          @Override
          public void onPicture(Picture picture) {
            ends.add(picture.index());
          }

          @Override
          public void onFailure(int index, Request failed, Throwable cause) {
            ends.add(index);
          }
        };
    try (Tandem tandem = fleet.open(model, placement)) {
      OpenRun run = tandem.start(placement, listener, Detail.HOST);
      for (int i = 0; i < requests; i++) {
        time.after(
            random.nextInt(2000) * (double) MS,
            () -> {
              Story story = new Story();
              all.add(
                  new Asked(
                      run.submit(request(random.nextInt(SEEDS)), random.nextInt(3), story), story));
            });
        time.after(
            random.nextInt(3000) * (double) MS,
            () -> {
              if (!all.isEmpty() && random.nextInt(3) == 0) {
                all.get(random.nextInt(all.size())).handle.cancel();
              }
            });
      }
      assertThat(time.await(new Object(), () -> all.size() == requests)).isTrue();
      run.close();
      for (Asked a : all) {
        boolean done = !a.handle.result().isCompletedExceptionally();
        a.story.assertTold(done);
        if (done) {
          int which = (int) a.handle.request().seed();
          assertThat(a.handle.result().join().rgb()).isEqualTo(expected.get(which));
        } else {
          assertThat(a.handle.result().isCancelled()).isTrue();
        }
      }
      assertThat(run.report().brokenBy()).isEmpty();
    }
    List<Integer> indices = IntStream.range(0, requests).boxed().toList();
    if (placement.order() == Order.PROMPT) {
      assertThat(ends).isEqualTo(indices);
    } else {
      assertThat(ends).containsExactlyInAnyOrderElementsOf(indices);
    }
  }

  @Test
  void requestsAndCancelsAtAnyTime() {
    for (int seed = 0; seed < 100; seed++) {
      try {
        oneRun(seed);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  @Test
  void whoHasTheHigherPriorityGoesFirst() {
    SimulatedFleet fleet = new SimulatedFleet().add("a", 1, 10, 10, Faults.NONE);
    Placement placement = Placement.on("a").withOrder(Order.FINISHED).withRingDepth(1);
    List<Integer> ends = new ArrayList<>();
    GenerationListener listener =
        new GenerationListener() {
          @Override
          public void onPicture(Picture picture) {
            ends.add(picture.index());
          }
        };
    try (Tandem tandem = fleet.open(model, placement)) {
      OpenRun run = tandem.start(placement, listener, Detail.HOST);
      int early = 8; // enough to fill all places of the pipeline
      for (int i = 0; i < early; i++) {
        run.submit(request(0));
      }
      for (int priority : new int[] {-1, 1, 0, 2, 1}) {
        run.submit(request(1), priority, new Story());
      }
      run.close();
    }
    List<Integer> late = ends.stream().filter(i -> i >= 8).toList();
    assertThat(late).containsExactly(11, 9, 12, 10, 8);
    assertThat(ends.indexOf(11)).as("before those that waited").isLessThan(ends.indexOf(7));
  }

  @Test
  void aCancelledPictureFreesItsDevicesWithinOneStep() {
    long stepMs = 2 * 15; // with guidance
    SimulatedFleet fleet =
        new SimulatedFleet().add("a", 3, 15, 60, Faults.NONE).add("b", 3, 15, 60, Faults.NONE);
    Placement placement = Placement.of("b", "a", "b");
    SpanList spans = new SpanList();
    GenerationListener listener =
        new GenerationListener() {
          @Override
          public void onSpan(Span span) {
            spans.accept(span);
          }
        };
    long[] cancelledNs = {0};
    try (Tandem tandem = fleet.open(model, placement)) {
      OpenRun run = tandem.start(placement, listener, Detail.HOST);
      PictureHandle longer = run.submit(request(0).withSteps(50));
      PictureHandle next = run.submit(request(1));
      fleet
          .time()
          .after(
              401.0 * MS,
              () -> {
                cancelledNs[0] = fleet.time().now();
                assertThat(longer.cancel()).isTrue();
                assertThat(longer.cancel()).as("again").isFalse();
              });
      run.close();
      assertThat(longer.result().isCancelled()).isTrue();
      assertThat(next.result().join().rgb()).isEqualTo(expected.get(1));
    }
    List<Span> steps =
        spans.spans().stream()
            .filter(s -> s.kind() == Span.Kind.RUN && s.stage().equals("denoise"))
            .toList();
    long lastStart =
        steps.stream().filter(s -> s.picture() == 0).mapToLong(Span::startNs).max().orElseThrow();
    long nextStart =
        steps.stream().filter(s -> s.picture() == 1).mapToLong(Span::startNs).min().orElseThrow();
    assertThat(cancelledNs[0]).isEqualTo(401 * MS);
    assertThat(lastStart).isPositive().isLessThanOrEqualTo(cancelledNs[0]);
    assertThat(nextStart).isBetween(cancelledNs[0], cancelledNs[0] + stepMs * MS);
  }

  /** When 50 pictures are done, of so many that were asked for; the others are cancelled; ns. */
  private static long endNs(int asked) {
    SimulatedFleet fleet =
        new SimulatedFleet().add("a", 3, 15, 60, Faults.NONE).add("b", 3, 15, 60, Faults.NONE);
    Placement placement = Placement.of("b", "a", "b");
    try (Tandem tandem = fleet.open(model, placement)) {
      OpenRun run = tandem.start(GenerationListener.NONE);
      List<PictureHandle> all =
          IntStream.range(0, asked).mapToObj(i -> run.submit(request(i % SEEDS))).toList();
      all.subList(50, asked).forEach(PictureHandle::cancel);
      run.close();
      assertThat(run.report().done()).isEqualTo(50);
      return fleet.time().now();
    }
  }

  @Test
  void requestsThatAreCancelledBeforeTheyBeginHoldUpNoOthers() {
    assertThat(endNs(200)).isEqualTo(endNs(50));
  }

  @Test
  void aPreviewIsACopyOfTheLatents() {
    ModelPlan plan = ModelPlan.of(ModelFolder.open(model));
    int side = 32 / plan.scaleFactor();
    List<float[]> previews = new ArrayList<>();
    Story story =
        new Story() {
          @Override
          public synchronized void step(int step, int of, Supplier<Optional<float[]>> preview) {
            super.step(step, of, preview);
            float[] latents = preview.get().orElseThrow();
            assertThat(preview.get()).hasValueSatisfying(p -> assertThat(p).isEqualTo(latents));
            previews.add(latents.clone());
            Arrays.fill(latents, Float.NaN);
          }
        };
    SimulatedFleet fleet = new SimulatedFleet().add("a", 3, 15, 60, Faults.NONE);
    try (Tandem tandem = fleet.open(model, Placement.on("a"))) {
      OpenRun run = tandem.start(GenerationListener.NONE);
      PictureHandle handle = run.submit(request(3), 0, story);
      run.close();
      assertThat(run.report().brokenBy()).isEmpty();
      assertThat(handle.result().join().rgb()).isEqualTo(expected.get(3));
    }
    assertThat(previews).hasSize(STEPS);
    assertThat(previews).allMatch(p -> p.length == side * side * plan.latentChannels());
    assertThat(previews.stream().map(Arrays::hashCode).distinct()).hasSize(STEPS);
  }
}
