package dev.tandem.orchestrator.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.orchestrator.compare.Comparison.Result;
import dev.tandem.orchestrator.measure.Median;
import dev.tandem.orchestrator.measure.RunMetrics;
import dev.tandem.orchestrator.measure.Spans;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.timeline.Span;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class FiguresTest {
  /** A run of four pictures on device a that was busy for {@code busy} of {@code wall}, in s. */
  private static Round round(double wall, double busy) {
    long end = (long) (busy * 1e9);
    List<Span> spans = List.of(Spans.run("denoise", "a", 0, 0, end));
    RunMetrics metrics = RunMetrics.of(spans, (long) (wall * 1e9), 4);
    return new Round(metrics, 1, spans, true, 0, 0, List.of());
  }

  /** Text 0, a step of so many seconds and a decode of none. */
  private static SoloCosts solo(double step) {
    return new SoloCosts(
        Map.of("a", Map.of(Work.TEXT, 0.0, Work.STEP, step * 1e9, Work.DECODE, 0.0)));
  }

  private static Picture grey(int value) {
    return grey(0, value);
  }

  private static Picture grey(int index, int value) {
    byte[] rgb = new byte[2 * 2 * 3];
    java.util.Arrays.fill(rgb, (byte) value);
    return new Picture(index, Request.of("x").withSize(2, 2), "m", rgb);
  }

  private static Contestant contestant(OptionalDouble predicted) {
    return new Contestant("c", "", Placement.on("a"), false, predicted);
  }

  @Test
  void ratiosAreTakenWithinEachRound() {
    // The machine is half as fast in the second round; the ratios do not show it.
    Result sequential =
        new Result(
            Contestant.sequential("a", OptionalDouble.empty()),
            List.of(round(8, 4), round(16, 8)),
            Sample.of(List.of(grey(10))));
    Result fast =
        new Result(
            contestant(OptionalDouble.of(0.9)),
            List.of(round(4, 4), round(8, 6)),
            Sample.of(List.of(grey(15))));
    Comparison all =
        new Comparison(
            new Job(4, 1, 1, false, 2, 2),
            List.of(solo(0.8), solo(1.6)),
            List.of(sequential, fast));
    Figures f = all.figures().get(1);
    assertThat(f.picturesPerSecond()).isEqualTo(new Median(0.75, 0.5, 1));
    assertThat(f.speedUp()).isEqualTo(new Median(2, 2, 2));
    assertThat(f.bound().most()).isCloseTo(1.25, within(1e-6));
    assertThat(f.shareOfBound().median()).isCloseTo(0.8, within(1e-6));
    assertThat(f.error().getAsDouble()).isCloseTo(0.2, within(1e-9));
    assertThat(f.devices()).hasSize(1);
    assertThat(f.devices().getFirst().busy()).isEqualTo(new Median(0.875, 0.75, 1));
    // every channel is off by 5: 20 log10(255 / 5)
    assertThat(f.psnrDb().getAsDouble()).isCloseTo(34.15, within(0.01));
    assertThat(all.figures().getFirst().psnrDb()).hasValue(Double.POSITIVE_INFINITY);
    assertThat(all.figures().getFirst().error()).isEmpty();
  }

  /** A run that made no picture, in no time, with costs of nothing: still numbers. */
  @Test
  void nothingMeasuredIsStillNumbers() {
    Round nothing =
        new Round(RunMetrics.of(List.of(), 0, 0), 1, List.of(), true, 0, 1, List.of("no"));
    Round instant = round(0, 0);
    for (Round r : List.of(nothing, instant)) {
      Result sequential =
          new Result(
              Contestant.sequential("a", OptionalDouble.of(1)), List.of(r), Sample.of(List.of()));
      Result other = new Result(contestant(OptionalDouble.of(1)), List.of(r), Sample.of(List.of()));
      Comparison all =
          new Comparison(
              new Job(4, 1, 1, false, 2, 2), List.of(solo(0)), List.of(sequential, other));
      assertThat(all.figures())
          .allSatisfy(
              f -> assertThat(f.toString()).doesNotContain("NaN").doesNotContain("Infinity"));
    }
  }

  @Test
  void aDifferenceInAPictureThatIsNotKeptIsFoundToo() {
    Sample a = Sample.of(List.of(grey(0, 1), grey(Sample.MOST, 1)));
    Sample b = Sample.of(List.of(grey(0, 1), grey(Sample.MOST, 2)));
    assertThat(a.pictures()).hasSize(1);
    assertThat(Sample.worst(a, a)).hasValue(Double.POSITIVE_INFINITY);
    assertThat(Sample.worst(a, b)).as("how much is not known").isEmpty();
  }
}
