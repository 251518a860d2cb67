package dev.tandem.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.lab.LabReport.Comparison;
import dev.tandem.lab.LabReport.Row;
import dev.tandem.lab.LabReport.Verdict;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.request.Request;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What results say, from results that are made up: their score is the first number of a vector. */
class LabStatisticsTest {
  private static final Setting DDPM = Setting.of("ddpm", 1000);
  private static final Setting TEACHER = Setting.of("ddim", 100);
  private static final Setting STUDENT = new Setting("steps-10", "ddim", 10);
  private static final Setting REFERENCE = Setting.of("ddim", 1000);
  private static final Criteria CRITERIA =
      new Criteria((v, prompt) -> v[0], v -> "apple", List.of(new float[] {0.5f, 0.5f}));

  @TempDir Path folder;
  private final List<LabPair> pairs = LabPrompts.pairs(List.of("apple"), 16, 1);

  private LabReport report(LabStore store) {
    LabPlan plan =
        new LabPlan(
            new LabModels(folder, Map.of("steps-10", folder), Map.of(), Map.of()),
            List.of(DDPM, TEACHER, STUDENT),
            REFERENCE,
            pairs.size(),
            1,
            5,
            0.02,
            "cpu",
            Optional.empty());
    return new LabStatistics(plan, pairs, store, CRITERIA, r -> 3.0 * r.evaluations()).report();
  }

  /** A machine that grows slower: pair i takes 1 + i times as long. */
  private void draw(
      LabStore store, Setting s, int count, double seconds, int evaluations, double better) {
    for (LabPair pair : pairs.subList(0, count)) {
      float score = (float) (0.3 + 0.01 * (pair.index() % 3) + better);
      Request r = Request.of(pair.prompt()).withSize(2, 1).withSampler("ddim");
      store.write(
          new LabResult(
              s,
              pair,
              seconds * (1 + pair.index()),
              evaluations,
              StepTimes.NONE,
              new float[] {score, 0.5f}),
          new Picture(0, r, "default", new byte[] {1, 2, 3, 4, 5, 6}));
    }
  }

  private LabStore store() {
    return LabStore.open(folder, Map.of("model", "m"));
  }

  @Test
  void aStudentIsComparedWithItsTeacherByEvaluationsPairedRatioAndVerdict() {
    LabStore store = store();
    draw(store, TEACHER, 16, 2, 200, 0);
    draw(store, STUDENT, 16, 0.1, 10, -0.001);
    LabReport report = report(store);
    assertThat(report.rows()).extracting(Row::evaluations).containsExactly(200, 10);
    assertThat(report.rows()).extracting(Row::multiplyAdds).containsExactly(600.0, 30.0);
    assertThat(report.forms()).isEmpty();
    assertThat(report.rows()).allMatch(r -> r.likeness().isEmpty());
    Comparison c = report.comparisons().getFirst();
    assertThat(report.comparisons()).hasSize(1);
    assertThat(c.fast()).isEqualTo(STUDENT);
    assertThat(c.slow()).isEqualTo(TEACHER);
    assertThat(c.verdict()).isEqualTo(Verdict.EQUIVALENT);
    assertThat(c.score().value()).isCloseTo(-0.001, within(1e-6));
    // The drift of the machine falls out of the paired ratio altogether.
    assertThat(c.speedUp().low()).isCloseTo(20, within(1e-9));
    assertThat(c.speedUp().high()).isCloseTo(20, within(1e-9));
    assertThat(report.missing()).containsExactly(DDPM);
    assertThat(report.complete()).isFalse();
  }

  @Test
  void aComparisonCountsOnlyThePairsThatBothHave() {
    LabStore store = store();
    draw(store, TEACHER, 16, 2, 200, 0);
    draw(store, STUDENT, 12, 0.1, 10, 0.1);
    draw(store, DDPM, 9, 20, 2000, -0.1);
    draw(store, REFERENCE, 4, 20, 2000, 0);
    LabReport report = report(store);
    assertThat(report.rows()).extracting(Row::pairs).containsExactly(9, 16, 12);
    assertThat(report.comparisons())
        .extracting(c -> c.fast() + " " + c.slow() + " " + c.pairs() + " " + c.verdict())
        .containsExactly(
            "ddim-100 ddpm-1000 9 better",
            "steps-10/ddim-10 ddpm-1000 9 better",
            "steps-10/ddim-10 ddim-100 12 better");
    assertThat(report.rows().get(1).likeness().orElseThrow().pairs()).isEqualTo(4);
    // With few pairs, nothing is said of the front.
    assertThat(report.rows()).extracting(Row::scoreFront).containsExactly(false, true, false);
    assertThat(report.pictures().get(DDPM)).hasSize(9);
  }

  @Test
  void allDrawnIsComplete() {
    LabStore store = store();
    for (Setting s : List.of(DDPM, TEACHER, STUDENT)) {
      draw(store, s, 16, 1, 1, 0);
    }
    assertThat(report(store).complete()).isFalse();
    draw(store, REFERENCE, 16, 1, 1, 0);
    assertThat(report(store).complete()).isTrue();
  }

  @Test
  void nothingDrawnIsNoReport() {
    assertThatThrownBy(() -> report(store())).hasMessageContaining("before the first picture");
  }
}
