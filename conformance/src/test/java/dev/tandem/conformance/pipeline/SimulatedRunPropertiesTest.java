package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.conformance.pipeline.SimulatedFleet.Outcome;
import dev.tandem.devices.simulated.Faults;
import dev.tandem.devices.simulated.Faults.Kind;
import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Order;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.Steps;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.orchestrator.timeline.Span;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Random placements, costs, memories and faults, run by the real pipeline with the real stages in
 * virtual time: every picture ends once, in order, equal to that of one sound device; no device
 * does two things at once or uses more memory than it has; nothing locks.
 */
class SimulatedRunPropertiesTest {
  private static final int PICTURES = 8;
  private static final int STEPS = 4;
  private static final long SOUND_MEMORY = 16L << 30;

  private static Path model;
  private static Map<Integer, byte[]> expected;

  @BeforeContainer
  static void makeModel() throws IOException {
    model = TinyModel.write(Files.createTempDirectory("tandem-tiny"));
    SimulatedFleet one = new SimulatedFleet().add("a", 3, 15, 60, Faults.NONE);
    expected = one.run(model, Placement.on("a"), requests()).rgb();
    assertThat(expected).hasSize(PICTURES);
  }

  @AfterContainer
  static void removeModel() throws IOException {
    try (Stream<Path> all = Files.walk(model)) {
      for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(p);
      }
    }
  }

  private static List<Request> requests() {
    return IntStream.range(0, PICTURES)
        .mapToObj(
            i -> Request.of("apple " + i % 3).withSteps(STEPS).withSize(32, 32).withSeed(7 + i))
        .toList();
  }

  @Property(tries = 150)
  void whateverHappensEveryPictureEndsOnceAndIsRight(@ForAll long seed) {
    Random random = new Random(seed);
    SimulatedFleet fleet = new SimulatedFleet();
    List<String> ids = List.of("a", "b", "c").subList(0, 1 + random.nextInt(3));
    for (String id : ids) {
      // Device a never goes wrong, so everything can always be done.
      Kind kind = List.of(Kind.values()).get(random.nextInt(Kind.values().length));
      boolean sound = id.equals("a") || random.nextInt(3) > 0;
      Faults faults = sound ? Faults.NONE : Faults.from(random.nextInt(60), kind);
      long memory = sound ? SOUND_MEMORY : 100_000L * (1 + random.nextInt(30));
      fleet.add(
          id, 1 + random.nextInt(9), 1 + random.nextInt(40), random.nextInt(99), memory, faults);
    }
    Placement placement = randomPlacement(random, ids);
    Outcome outcome;
    try {
      outcome = fleet.run(model, placement, requests());
    } catch (RequestException e) { // a small device was refused before anything ran
      assertThat(e).hasMessageContaining("may use");
      assertThat(ids).anyMatch(id -> fleet.device(id).info().memoryBytes() < SOUND_MEMORY);
      return;
    }

    assertThat(outcome.failures()).isZero();
    List<Integer> all = IntStream.range(0, PICTURES).boxed().toList();
    if (placement.order() == Order.PROMPT) {
      assertThat(outcome.order()).isEqualTo(all);
    } else {
      assertThat(outcome.order()).containsExactlyInAnyOrderElementsOf(all);
    }
    expected.forEach(
        (i, rgb) ->
            assertThat(Arrays.equals(rgb, outcome.rgb().get(i))).as("picture " + i).isTrue());
    for (String id : ids) {
      assertThat(fleet.device(id).peakBytes())
          .isLessThanOrEqualTo(fleet.device(id).info().memoryBytes());
      assertNoTwoRunsAtOnce(outcome, id);
    }
  }

  private static void assertNoTwoRunsAtOnce(Outcome outcome, String device) {
    long end = 0;
    for (Span s :
        outcome.spans().stream()
            .filter(s -> s.kind() == Span.Kind.RUN && s.device().equals(device))
            .sorted(Comparator.comparingLong(Span::startNs))
            .toList()) {
      assertThat(s.startNs()).as(device).isGreaterThanOrEqualTo(end);
      end = s.endNs();
    }
  }

  static Placement randomPlacement(Random random, List<String> ids) {
    List<Lane> lanes = new ArrayList<>();
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      List<DenoisePart> parts = new ArrayList<>();
      for (int p = random.nextInt(3); p > 0; p--) {
        parts.add(DenoisePart.of(1 + random.nextInt(3), any(random, ids)));
      }
      String last = any(random, ids);
      Optional<String> other = Optional.of(any(random, ids)).filter(d -> !d.equals(last));
      parts.add(new DenoisePart(new Steps.Rest(), last, other));
      lanes.add(new Lane(1 + random.nextInt(3), some(random, ids), parts, some(random, ids)));
    }
    return Placement.of(lanes)
        .withRingDepth(random.nextInt(4))
        .withOrder(random.nextBoolean() ? Order.PROMPT : Order.FINISHED);
  }

  private static String any(Random random, List<String> ids) {
    return ids.get(random.nextInt(ids.size()));
  }

  private static List<String> some(Random random, List<String> ids) {
    List<String> shuffled = new ArrayList<>(ids);
    Collections.shuffle(shuffled, random);
    return shuffled.subList(0, 1 + random.nextInt(ids.size()));
  }
}
