package dev.tandem.stages.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.tandem.stages.Json;
import dev.tandem.stages.checkpoint.SafeTensors;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class GuidanceTest {
  private static final Path GOLDEN =
      Json.root().resolve("stages/src/test/resources/samplers/guidance.safetensors");

  @Test
  void goesFromTheUnconditionalOutputPastTheConditionalOne() {
    assertThat(Guidance.of(3).combine(new float[] {1, 2}, new float[] {2, 0}))
        .containsExactly(4, -4);
  }

  @Test
  void scaleOneIsTheConditionalOutputAndNeedsNoOther() {
    assertThat(Guidance.of(1).combine(new float[] {7, 9}, new float[] {2, 3}))
        .containsExactly(2, 3);
    assertThat(Guidance.of(1).needsUnconditional()).isFalse();
    assertThat(Guidance.of(0).needsUnconditional()).isTrue();
  }

  @Test
  void equalsDiffusersWithAndWithoutRescaling() {
    try (SafeTensors golden = SafeTensors.open(GOLDEN)) {
      float[] without = golden.get("unconditional").toFloats();
      float[] with = golden.get("conditional").toFloats();

      assertClose(Guidance.of(7.5).combine(without, with), golden.get("guided").toFloats());
      assertClose(new Guidance(7.5, 0.7).combine(without, with), golden.get("rescaled").toFloats());
    }
  }

  @Test
  void fullRescalingGivesTheSpreadOfTheConditionalOutput() {
    float[] joined =
        new Guidance(9, 1).combine(new float[] {0, 1, 0, 2}, new float[] {1, -1, 3, -3});

    assertThat(spread(joined)).isCloseTo(spread(new float[] {1, -1, 3, -3}), offset(1e-5));
  }

  @Test
  void leavesAPictureWithoutSpreadAlone() {
    assertThat(new Guidance(2, 0.7).combine(new float[] {1}, new float[] {2})).containsExactly(3);
  }

  @Test
  void refusesValuesWithoutMeaning() {
    assertThatThrownBy(() -> new Guidance(Double.NaN, 0)).hasMessageContaining("scale is NaN");
    assertThatThrownBy(() -> new Guidance(7, 1.5)).hasMessageContaining("rescale is 1.5");
    assertThatThrownBy(() -> Guidance.of(7).combine(new float[3], new float[4]))
        .hasMessageContaining("3 unconditional values with 4");
  }

  private static void assertClose(float[] actual, float[] expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], offset(1e-5f));
    }
  }

  private static double spread(float[] values) {
    double mean = 0;
    for (float value : values) {
      mean += value / values.length;
    }
    double squares = 0;
    for (float value : values) {
      squares += (value - mean) * (value - mean);
    }
    return Math.sqrt(squares / values.length);
  }
}
