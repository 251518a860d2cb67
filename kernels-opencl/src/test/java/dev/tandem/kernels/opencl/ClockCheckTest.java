package dev.tandem.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.kernels.opencl.ClockCheck.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clocks of devices, as the host's clock shows them. All times are made up. */
class ClockCheckTest {
  private static final long MS = 1_000_000;
  private static final long START = 123_456_789_012_345L;

  /** What a clock says at a time of the host's. */
  record Fake(String name, LongUnaryOperator says) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** Commands of 1 ms, 50 us after the host's call, whose end the host sees 30 us later. */
  private static List<Sample> samples(LongUnaryOperator clock) {
    List<Sample> all = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      long before = START + i * 1_300_000L + 1_777L * i * i;
      long start = before + 50_000;
      long end = start + MS;
      all.add(
          new Sample(
              before,
              clock.applyAsLong(before + 5_000),
              clock.applyAsLong(before + 20_000),
              clock.applyAsLong(start),
              clock.applyAsLong(end),
              end + 30_000));
    }
    return all;
  }

  private static Stream<Fake> goodOnes() {
    return Stream.of(
        new Fake("the host's own", t -> t),
        new Fake("another epoch", t -> t - START + 1),
        new Fake("beyond 2^63", t -> t + Long.MAX_VALUE - 1),
        new Fake("ticks of 1 us", t -> t / 1_000 * 1_000),
        new Fake("ticks of 83.333 ns", t -> Math.round(Math.floor(t / 83.333) * 83.333)),
        new Fake("0.05% fast", t -> t + (t - START) / 2_000));
  }

  @ParameterizedTest
  @MethodSource("goodOnes")
  void aClockThatRunsAsTheHostsIsBelieved(Fake clock) {
    assertThat(ClockCheck.fault(samples(clock.says()))).isEmpty();
  }

  private static Stream<Fake> badOnes() {
    return Stream.of(
        new Fake("always 0", t -> 0),
        new Fake("always one time", t -> START),
        new Fake("backwards", t -> 2 * START - t),
        new Fake("in us", t -> t / 1_000),
        new Fake("in ticks of 80 ns", t -> t / 80),
        new Fake("in ps", t -> (t - START + MS) * 1_000),
        new Fake("5% slow", t -> t - (t - START) / 20),
        new Fake("ticks of 1 ms", t -> t / MS * MS),
        new Fake("ticks of 15.6 ms", t -> t / 15_600_000 * 15_600_000));
  }

  @ParameterizedTest
  @MethodSource("badOnes")
  void aClockThatDoesNotIsNot(Fake clock) {
    assertThat(ClockCheck.fault(samples(clock.says())))
        .hasValueSatisfying(reason -> assertThat(reason).isNotBlank().doesNotContain("\n"));
  }

  /** Each changes one of the six good samples. */
  @Test
  void oneUntrueCommandIsEnough() {
    Map<String, java.util.function.UnaryOperator<Sample>> untrue =
        Map.of(
            "another order",
            s -> new Sample(s.before(), s.submitted(), s.queued(), s.start(), s.end(), s.after()),
            "tells 0",
            s -> new Sample(s.before(), s.queued(), s.submitted(), s.start(), 0, s.after()),
            "while the host waited",
            s ->
                new Sample(
                    s.before(), s.queued(), s.submitted(), s.start(), s.end() + MS, s.after()),
            "away from the host's clock",
            s ->
                new Sample(
                    s.before(),
                    s.queued() + MS,
                    s.submitted() + MS,
                    s.start() + MS,
                    s.end() + MS,
                    s.after()));
    untrue.forEach(
        (reason, change) -> {
          List<Sample> all = samples(t -> t);
          all.set(3, change.apply(all.get(3)));
          assertThat(ClockCheck.fault(all).orElse("none")).contains(reason);
        });
  }

  /** llvmpipe: begun and ended when the command was taken on. */
  @Test
  void timesOfTheSubmissionAreNotThoseOfTheCommand() {
    List<Sample> all =
        samples(t -> t).stream()
            .map(
                s ->
                    new Sample(
                        s.before(),
                        s.queued(),
                        s.submitted(),
                        s.submitted(),
                        s.submitted() + 200,
                        s.after()))
            .toList();
    assertThat(ClockCheck.fault(all))
        .hasValueSatisfying(r -> assertThat(r).contains("took it 0 us"));
  }

  @Test
  void aRunLiesWithinTheHostsCall() {
    assertThat(ClockCheck.faultOfRun(0, 10_000, 5 * MS, 5 * MS, 1_000)).isEmpty();
    assertThat(ClockCheck.faultOfRun(0, -500, 5 * MS + 500, 5 * MS, 1_000)).isEmpty();
    assertThat(ClockCheck.faultOfRun(0, 1_000, 1_000, 500_000, 1_000))
        .as("short enough for a coarse clock")
        .isEmpty();
    assertThat(ClockCheck.faultOfRun(0, 1_000, 1_000, 5 * MS, 1_000)).isPresent();
    assertThat(ClockCheck.faultOfRun(0, 2_000, 1_000, 5 * MS, 1_000)).isPresent();
    assertThat(ClockCheck.faultOfRun(0, -MS, MS, 5 * MS, 1_000)).isPresent();
    assertThat(ClockCheck.faultOfRun(0, MS, 7 * MS, 5 * MS, 1_000)).isPresent();
  }
}
