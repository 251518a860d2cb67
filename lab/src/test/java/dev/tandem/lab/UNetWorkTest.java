package dev.tandem.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.stages.StepCache;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UNetWorkTest {
  @Test
  void withoutACacheEveryEvaluationIsWhole() {
    assertThat(new UNetWork(List.of(100.0), new StepCache.None(), 1, 2).multiplyAdds(40, 20))
        .isEqualTo(4000);
    assertThat(new UNetWork(List.of(100.0), new StepCache.Deep(1, 0), 1, 2).multiplyAdds(40, 20))
        .isEqualTo(4000);
  }

  /** Counted one by one: the first of every interval is whole, in each half of a guided step. */
  @ParameterizedTest
  @CsvSource({"20, 3, 1", "20, 3, 2", "20, 2, 2", "7, 5, 2", "1, 3, 2", "30, 3, 1"})
  void aDeepCacheIsWholeAtEveryInterval(int steps, int interval, int halves) {
    StepCache.Deep cache = new StepCache.Deep(interval, 0);
    double sum = 0;
    for (int i = 0; i < steps; i++) {
      sum += halves * (i % interval == 0 ? 100 : 14);
    }
    UNetWork work = new UNetWork(List.of(100.0, 14.0), cache, 1, halves);
    assertThat(work.multiplyAdds(steps * halves, steps)).isCloseTo(sum, within(1e-9));
  }

  /** Heun with 4 steps: the steps 0 and 3 are whole, two evaluations and, at the end, one. */
  @Test
  void evaluationsOfAStepBelongTogether() {
    UNetWork work = new UNetWork(List.of(100.0, 14.0), new StepCache.Deep(3, 0), 2, 1);
    assertThat(work.multiplyAdds(7, 7)).isCloseTo(3 * 100 + 4 * 14, within(1e-9));
  }

  /** Every step runs the first block, 6 of 20 the rest too; both halves at once. */
  @Test
  void aFirstBlockCacheIsCountedByItsRuns() {
    UNetWork work = new UNetWork(List.of(10.0, 90.0), new StepCache.FirstBlock(0.1), 1, 2);
    assertThat(work.multiplyAdds(40, 26)).isCloseTo(2 * (20 * 10 + 6 * 90), within(1e-9));
    assertThat(work.multiplyAdds(40, 0)).isNaN();
  }
}
