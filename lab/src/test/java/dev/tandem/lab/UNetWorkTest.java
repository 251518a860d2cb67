package dev.tandem.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.stages.StepCache;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UNetWorkTest {
  private static UNetWork with(StepCache cache, int halves) {
    return new UNetWork(100, 14, cache, halves);
  }

  @Test
  void withoutACacheEveryEvaluationIsWhole() {
    assertThat(with(new StepCache.None(), 2).multiplyAdds(40)).isEqualTo(4000);
    assertThat(with(new StepCache.Deep(1, 0), 2).multiplyAdds(40)).isEqualTo(4000);
    assertThat(with(new StepCache.FirstBlock(0), 2).multiplyAdds(40)).isEqualTo(4000);
  }

  /** Counted one by one: the first of every interval is whole, in each half of a guided step. */
  @ParameterizedTest
  @CsvSource({"20, 3, 1", "20, 3, 2", "20, 2, 2", "7, 5, 2", "1, 3, 2", "30, 3, 1"})
  void aDeepCacheIsWholeAtEveryInterval(int steps, int interval, int halves) {
    double sum = 0;
    for (int i = 0; i < steps; i++) {
      sum += halves * (i % interval == 0 ? 100 : 14);
    }
    UNetWork work = with(new StepCache.Deep(interval, 0), halves);
    assertThat(work.multiplyAdds(steps * halves)).isCloseTo(sum, within(1e-9));
  }

  @Test
  void whatDependsOnThePictureIsNotGuessed() {
    assertThat(with(new StepCache.FirstBlock(0.1), 1).multiplyAdds(20)).isNaN();
  }
}
