package dev.tandem.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepCacheTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"off", "deep:1", "deep:3", "deep:5,1", "first-block:0.0", "first-block:0.12"})
  void whatIsReadIsWrittenAlike(String text) {
    StepCache cache = StepCache.parse(text);
    assertThat(cache.text()).isEqualTo(text);
    assertThat(cache.takesOver())
        .isEqualTo(!text.equals("off") && !text.equals("deep:1") && !text.endsWith(":0.0"));
  }

  @Test
  void smallThresholdsAreWrittenPlainly() {
    String text = new StepCache.FirstBlock(1e-5).text();
    assertThat(StepCache.parse(text)).isEqualTo(new StepCache.FirstBlock(1e-5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "deep", "deep:0", "deep:-1", "deep:2,", "first-block:1.5", "tea:3"})
  void whatIsNoneIsRefused(String text) {
    assertThatThrownBy(() -> StepCache.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
