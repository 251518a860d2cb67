package dev.tandem.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.lab.LabReport.FormComparison;
import dev.tandem.lab.LabReport.Row;
import dev.tandem.lab.LabReport.SameTime;
import dev.tandem.lab.LabReport.Verdict;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.request.Request;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Cheaper forms against the model as it is, from results that are made up: a score is the first
 * number of a vector, a picture an even grey.
 */
class FormStatisticsTest {
  private static final Setting EXACT = Setting.of("ddim", 20);
  private static final Setting W8 = Setting.parse("ddim-20+w8");
  private static final Setting W4 = Setting.parse("ddim-20+w4");
  private static final Setting DEEP = Setting.parse("ddim-20+deep:3");
  private static final Setting PRUNED = Setting.parse("small/ddim-20");
  private static final Setting FEWER = Setting.of("ddim", 10);
  private static final Setting FEWEST = Setting.of("ddim", 5);
  private static final Criteria CRITERIA =
      new Criteria((v, prompt) -> v[0], v -> "apple", List.of(new float[] {0.5f, 0.5f}));

  @TempDir Path folder;
  private final List<LabPair> pairs = LabPrompts.pairs(List.of("apple"), 10, 1);

  private LabReport report(LabStore store, List<Setting> settings) {
    LabPlan plan =
        new LabPlan(
            new LabModels(folder, Map.of(), Map.of("small", folder), Map.of()),
            settings,
            EXACT,
            pairs.size(),
            1,
            5,
            0.02,
            "cpu",
            Optional.empty());
    return new LabStatistics(
            plan,
            pairs,
            store,
            CRITERIA,
            r -> r.setting().equals(DEEP) ? 40 : 5.0 * r.evaluations())
        .report();
  }

  private void draw(
      LabStore store, Setting s, double seconds, int grey, ToDoubleFunction<LabPair> score) {
    for (LabPair pair : pairs) {
      draw(store, s, pair, seconds, grey, score);
    }
  }

  private static void draw(
      LabStore store,
      Setting s,
      LabPair pair,
      double seconds,
      int grey,
      ToDoubleFunction<LabPair> score) {
    Request r = Request.of(pair.prompt()).withSize(2, 1).withSampler("ddim");
    byte b = (byte) grey;
    store.write(
        new LabResult(
            s,
            pair,
            seconds,
            2 * s.steps(),
            new StepTimes(seconds / s.steps(), seconds, s.steps()),
            new float[] {(float) score.applyAsDouble(pair), 0.5f}),
        new Picture(0, r, "default", new byte[] {b, b, b, b, b, b}));
  }

  private LabStore drawn() {
    LabStore store = LabStore.open(folder, Map.of("model", "m"));
    draw(store, EXACT, 2, 100, p -> 0.5);
    draw(store, W8, 1.6, 101, p -> 0.499);
    draw(store, W4, 1.2, 110, p -> 0.45);
    draw(store, DEEP, 1, 102, p -> 0.5 + 0.06 * (p.index() % 2));
    draw(store, PRUNED, 1, 103, p -> 0.5);
    draw(store, FEWER, 1.1, 104, p -> 0.5);
    draw(store, FEWEST, 0.6, 105, p -> 0.5);
    return store;
  }

  /** Other seeds: 0.04 above or below, so the mean is off by 2.262 * 0.04 / sqrt(9) at most. */
  private void drawOtherSeeds(LabStore store, int count) {
    for (LabPair pair : pairs.subList(0, count)) {
      double score = 0.5 + (pair.index() % 2 == 0 ? 0.04 : -0.04);
      draw(store, EXACT, pair.reseeded(), 2, 7, p -> score);
    }
  }

  private static FormComparison of(LabReport report, Setting form) {
    return report.forms().stream()
        .filter(f -> f.differences().fast().equals(form))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void picturesOfAFormAreComparedWithThoseOfTheModelAsItIs() {
    LabReport report = report(drawn(), List.of(W8, PRUNED, FEWER, EXACT));
    assertThat(report.rows())
        .extracting(r -> r.likeness().map(l -> l.to()))
        .containsExactly(
            Optional.of(EXACT), Optional.of(EXACT), Optional.of(EXACT), Optional.empty());
    Likeness one = report.rows().getFirst().likeness().orElseThrow();
    assertThat(one.lowestPsnr()).isCloseTo(20 * Math.log10(255), within(1e-9));
    assertThat(one.medianPsnr().value()).isCloseTo(one.lowestPsnr(), within(1e-9));
    assertThat(one.lowestSsim()).isBetween(0.999, 0.99999);
    Likeness three = report.rows().get(1).likeness().orElseThrow();
    assertThat(three.lowestPsnr()).isCloseTo(20 * Math.log10(85), within(1e-9));
    assertThat(three.lowestSsim()).isLessThan(one.lowestSsim());
  }

  @Test
  void theLowestPictureIsNotHiddenByTheOthers() {
    LabStore store = drawn();
    draw(store, W8, pairs.get(5), 1, 200, p -> 0.5);
    Likeness l = report(store, List.of(W8)).rows().getFirst().likeness().orElseThrow();
    assertThat(l.lowestPsnr()).isCloseTo(20 * Math.log10(2.55), within(1e-9));
    assertThat(l.medianPsnr().value()).isCloseTo(20 * Math.log10(255), within(1e-9));
    assertThat(l.lowestSsim()).isLessThan(0.85);
    assertThat(l.psnrText(10)).endsWith("lowest 8.1");
  }

  @Test
  void aFormsScoreIsHeldAgainstWhatOtherSeedsChange() {
    LabStore store = drawn();
    drawOtherSeeds(store, 10);
    LabReport report = report(store, List.of(W8, W4, DEEP));
    NoiseFloor floor = of(report, W8).floor().orElseThrow();
    double half = 2.262 * 0.04 / 3;
    assertThat(floor.setting()).isEqualTo(EXACT);
    assertThat(floor.reach()).isCloseTo(half, within(0.15 * half));
    assertThat(of(report, W8).againstFloor()).isEqualTo(Verdict.EQUIVALENT);
    assertThat(of(report, W4).againstFloor()).isEqualTo(Verdict.WORSE);
    assertThat(of(report, DEEP).againstFloor()).isEqualTo(Verdict.UNDECIDED);
    assertThat(of(report, W8).differences().speedUp().value()).isCloseTo(1.25, within(1e-9));
    assertThat(of(report, DEEP).work()).isCloseTo(200 / 40.0, within(1e-9));
    assertThat(of(report, DEEP).differences().slow()).isEqualTo(EXACT);
    assertThat(report.comparisons()).isEmpty();
  }

  @Test
  void withoutOtherSeedsThereIsNoFloorAndItIsNotComplete() {
    LabStore store = drawn();
    LabReport none = report(store, List.of(W8));
    assertThat(of(none, W8).floor()).isEmpty();
    assertThat(of(none, W8).againstFloor()).isEqualTo(Verdict.TOO_FEW_PAIRS);
    assertThat(none.complete()).isFalse();
    drawOtherSeeds(store, 7);
    assertThat(of(report(store, List.of(W8)), W8).againstFloor()).isEqualTo(Verdict.TOO_FEW_PAIRS);
    drawOtherSeeds(store, 10);
    assertThat(report(store, List.of(W8)).complete()).isTrue();
  }

  @Test
  void aCacheIsComparedWithFewerStepsThatTakeNoLessTime() {
    LabReport report = report(drawn(), List.of(DEEP, W8, FEWER, FEWEST));
    assertThat(report.sameTime()).hasSize(1);
    SameTime s = report.sameTime().getFirst();
    assertThat(List.of(s.cached(), s.fewer(), s.to())).containsExactly(DEEP, FEWER, EXACT);
    assertThat(s.seconds().value()).isCloseTo(1.1, within(1e-9));
    assertThat(s.psnr().value()).isCloseTo(20 * Math.log10(2), within(1e-9));
    assertThat(s.ssim().value()).isPositive();
    assertThat(s.verdict()).isEqualTo(Verdict.BETTER);
    // The one that is faster than the cache is no rival.
    assertThat(report(drawn(), List.of(DEEP, FEWEST)).sameTime()).isEmpty();
  }

  @Test
  void aCacheThatLosesIsToldSo() {
    LabStore store = drawn();
    draw(store, DEEP, 1, 108, p -> 0.5);
    LabReport report = report(store, List.of(DEEP, FEWER));
    assertThat(report.sameTime().getFirst().verdict()).isEqualTo(Verdict.WORSE);
    draw(store, DEEP, 1, 96, p -> 0.5);
    assertThat(report(store, List.of(DEEP, FEWER)).sameTime().getFirst().verdict())
        .isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void stepsAndEvaluationsHaveTheirTimes() {
    Row row = report(drawn(), List.of(W8)).rows().getFirst();
    assertThat(row.stepSeconds().orElseThrow().value()).isCloseTo(0.08, within(1e-9));
    assertThat(row.evaluationSeconds().orElseThrow().value()).isCloseTo(0.04, within(1e-9));
  }
}
