package dev.tandem.stages.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.stages.checkpoint.SafeTensors;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TorchGeneratorTest {
  private static final float BOUND = 1e-6f;
  private static final Path GOLDEN =
      Path.of(System.getProperty("tandem.root"), "conformance/golden/torch_randn.safetensors");

  @Test
  void drawsTheGoldenValuesOfEverySeedAndSize() {
    try (SafeTensors golden = SafeTensors.open(GOLDEN)) {
      assertThat(golden.names()).hasSize(21);
      for (String name : golden.names()) {
        MatchResult m =
            Pattern.compile("seed(\\d+)/n(\\d+)").matcher(name).results().toList().getFirst();
        float[] drawn =
            new TorchGenerator(Long.parseLong(m.group(1))).randn(Integer.parseInt(m.group(2)));
        assertThat(drawn).as(name).containsExactly(golden.get(name).toFloats(), within(BOUND));
      }
    }
  }

  /** Values printed by torch 2.14.1 from one generator with seed 77. */
  @Test
  void oneGeneratorContinuesItsStreamAcrossDrawsOfAnySize() {
    TorchGenerator g = new TorchGenerator(77);
    assertDrawn(g.randn(3), -0.35683775f, 0.6007267f, -0.69678074f);
    assertEnds(g.randn(17), -0.9345064f, -0.6520809f, 1.39934f, -1.3663944f);
    // the spare half of the pair that the first draw of three began
    assertDrawn(g.randn(1), -0.5241932f);
    assertDrawn(g.randn(2), -0.22381352f, 1.493711f);
    assertEnds(g.randn(16), -0.12123285f, -1.8485291f, 0.37498623f, -0.23231232f);
    assertEnds(g.randn(5), 0.071545325f, -2.7516408f, 1.4178725f, 0.47512183f);
    assertEnds(g.randn(40), -0.49006054f, 0.86692035f, -2.8163161f, -0.06956014f);
    assertDrawn(g.randn(1), -0.4469294f);
  }

  @Test
  void onlyTheLower32BitsOfASeedMatter() {
    assertThat(new TorchGenerator((7L << 32) + 5).randn(20))
        .containsExactly(new TorchGenerator(5).randn(20));
    assertThat(new TorchGenerator(-1).randn(20))
        .containsExactly(new TorchGenerator(0xffffffffL).randn(20));
    assertThat(new TorchGenerator(Long.parseUnsignedLong("18446744073709551615")).randn(20))
        .containsExactly(new TorchGenerator(0xffffffffL).randn(20));
    assertThat(new TorchGenerator(Long.parseUnsignedLong("9223372036854775808")).randn(20))
        .containsExactly(new TorchGenerator(0).randn(20));
  }

  @Test
  void drawsNothingOrRefusesANegativeSize() {
    assertThat(new TorchGenerator(1).randn(0)).isEmpty();
    assertThatThrownBy(() -> new TorchGenerator(1).randn(-3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-3");
  }

  private static void assertDrawn(float[] drawn, float... expected) {
    assertThat(drawn).containsExactly(expected, within(BOUND));
  }

  private static void assertEnds(
      float[] drawn, float first, float second, float last1, float last) {
    int n = drawn.length;
    assertDrawn(
        new float[] {drawn[0], drawn[1], drawn[n - 2], drawn[n - 1]}, first, second, last1, last);
  }
}
