package dev.tandem.orchestrator.measure;

import static dev.tandem.orchestrator.measure.Spans.blocked;
import static dev.tandem.orchestrator.measure.Spans.run;
import static dev.tandem.orchestrator.measure.Spans.stage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.orchestrator.timeline.Overlap;
import dev.tandem.orchestrator.timeline.Span;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RunMetricsTest {
  /** Two pictures: denoised on a for 10 each, with 2 of host work after each, decoded on b. */
  private static final List<Span> PIPELINE =
      List.of(
          stage("denoise", 0, 0, 12),
          run("denoise", "a", 0, 0, 10),
          blocked("denoise", 0, 12, 13),
          stage("denoise", 1, 20, 32),
          run("denoise", "a", 1, 20, 30),
          stage("decode", 0, 13, 26),
          run("decode", "b", 0, 14, 25),
          stage("decode", 1, 32, 45),
          run("decode", "b", 1, 33, 44),
          new Span(Span.Kind.TRANSFER, "decode", "b", 1, 0, 32, 33, "upload 8 bytes", 5));

  @Test
  void figuresOfARunWorkedOutByHand() {
    RunMetrics m = RunMetrics.of(PIPELINE, 50, 2);
    assertThat(m.picturesPerSecond()).isCloseTo(2 / 50e-9, within(1.0));
    assertThat(m.latencies().count()).isEqualTo(2);
    assertThat(m.latencies().percentileNs(50)).isEqualTo(25);
    assertThat(m.latencies().percentileNs(100)).isEqualTo(26);
    // a: 0..10, 20..30; b: 14..25, 33..44: together 42 - 5 busy, 5 of them both
    assertThat(m.overlap()).isEqualTo(new Overlap(37, 5));
    List<Bubble> ofA =
        List.of(
            new Bubble(10, 12, Bubble.Cause.HOST),
            new Bubble(12, 13, Bubble.Cause.BACK_PRESSURE),
            new Bubble(13, 20, Bubble.Cause.INPUT));
    List<Bubble> ofB =
        List.of(
            new Bubble(25, 26, Bubble.Cause.HOST),
            new Bubble(26, 32, Bubble.Cause.INPUT),
            new Bubble(32, 33, Bubble.Cause.HOST));
    assertThat(Bubble.of(PIPELINE, "a")).isEqualTo(ofA);
    assertThat(Bubble.of(PIPELINE, "b")).isEqualTo(ofB);
    assertThat(m.devices())
        .containsExactly(
            new DeviceUse("a", 20, 0, sums(ofA), 0), new DeviceUse("b", 22, 1, sums(ofB), 5));
    assertThat(m.devices().getLast().bubbleNs(Bubble.Cause.HOST)).isEqualTo(2);
    assertThat(m.busyShare(m.devices().getFirst())).isEqualTo(0.4);
  }

  private static Map<Bubble.Cause, Long> sums(List<Bubble> bubbles) {
    return bubbles.stream()
        .collect(Collectors.groupingBy(Bubble::cause, Collectors.summingLong(Bubble::durationNs)));
  }

  @Test
  void timeBeforeTheFirstAndAfterTheLastWorkIsNoBubble() {
    assertThat(Bubble.of(PIPELINE, "b").stream().mapToLong(Bubble::durationNs).sum())
        .isEqualTo(33 - 25);
    assertThat(Bubble.of(PIPELINE, "never used")).isEmpty();
  }

  @Test
  void thePartOfAStageOnAnotherDeviceIsNotTheHostsWork() {
    // The steps of picture 0 on a, then on b; a then has nothing to do until picture 1 comes.
    List<Span> split =
        List.of(
            new Span(Span.Kind.STAGE, "denoise", "a", 0, -1, 0, 10),
            run("denoise", "a", 0, 0, 10),
            new Span(Span.Kind.STAGE, "denoise", "b", 0, -1, 10, 30),
            run("denoise", "b", 0, 10, 30),
            new Span(Span.Kind.BLOCKED, "denoise", "b", 0, -1, 30, 32),
            new Span(Span.Kind.STAGE, "denoise", "a", 1, -1, 40, 50),
            run("denoise", "a", 1, 40, 50));
    assertThat(Bubble.of(split, "a")).containsExactly(new Bubble(10, 40, Bubble.Cause.INPUT));
  }

  @Test
  void percentilesAreThoseOfTheSortedLatencies() {
    Latencies l = new Latencies();
    LongStream.rangeClosed(1, 100).forEach(i -> l.add(i * 1_000_000));
    assertThat(l.percentileNs(50)).isCloseTo(50_000_000, within(50_000L));
    assertThat(l.percentileNs(95)).isCloseTo(95_000_000, within(95_000L));
    assertThat(Latencies.all(List.of(l, l)).count()).isEqualTo(200);
  }

  @Test
  void medianAndSpread() {
    assertThat(Median.of(List.of(3.0, 1.0, 2.0))).isEqualTo(new Median(2, 1, 3));
    assertThat(Median.of(List.of(4.0, 1.0, 2.0, 3.0)).median()).isEqualTo(2.5);
    assertThat(Median.of(List.of(9.0, 10.0, 11.0)).spread()).isCloseTo(0.1, within(1e-12));
    assertThatThrownBy(() -> Median.of(List.of())).hasMessageContaining("no values");
  }

  @Test
  void aRunOfNothingHasNoFigures() {
    RunMetrics m = RunMetrics.of(List.of(), 0, 0);
    assertThat(m.picturesPerSecond()).isZero();
    assertThat(m.devices()).isEmpty();
    assertThat(m.latencies().percentileNs(50)).isZero();
  }
}
