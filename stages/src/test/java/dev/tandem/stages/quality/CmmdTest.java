package dev.tandem.stages.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CmmdTest {
  private static List<float[]> cloud(long seed, int count, double shift) {
    Random random = new Random(seed);
    List<float[]> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] v = new float[8];
      for (int k = 0; k < v.length; k++) {
        v[k] = (float) (random.nextGaussian() + (k == 0 ? shift : 0));
      }
      out.add(UnitVectors.normalised(v));
    }
    return out;
  }

  private static double cmmd(List<float[]> a, List<float[]> b) {
    return Cmmd.between(a, b).value();
  }

  @Property(tries = 30)
  void equalSetsHaveNoDiscrepancyInAnyOrder(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 20) int n) {
    List<float[]> a = cloud(seed, n, 0);
    List<float[]> shuffled = new ArrayList<>(a);
    Collections.shuffle(shuffled, new Random(seed + 1));
    assertThat(cmmd(a, shuffled)).isCloseTo(0, within(1e-9));
  }

  @Property(tries = 30)
  void itIsSymmetricAndNeverNegative(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 12) int n,
      @ForAll @IntRange(min = 1, max = 12) int m) {
    List<float[]> a = cloud(seed, n, 0);
    List<float[]> b = cloud(seed + 1, m, 1);
    assertThat(cmmd(a, b)).isCloseTo(cmmd(b, a), within(1e-9)).isGreaterThan(-1e-9);
  }

  @Property(tries = 20)
  void itIsTheDistanceOfMeanFeaturesOfTheKernel(@ForAll long seed) {
    // With points at only two places, e1 and e2, the mean features are weights (p, 1 - p) and
    // (q, 1 - q), and the squared distance is 2 (p - q)^2 (1 - k(e1, e2)).
    float[] e1 = {1, 0};
    float[] e2 = {0, 1};
    Random random = new Random(seed);
    int p = random.nextInt(11);
    int q = random.nextInt(11);
    double expected = 1000 * 2 * Math.pow((p - q) / 10.0, 2) * (1 - Math.exp(-2 / 200.0));
    assertThat(cmmd(mix(e1, p, e2), mix(e1, q, e2))).isCloseTo(expected, within(1e-9));
  }

  private static List<float[]> mix(float[] e1, int count, float[] e2) {
    return IntStream.range(0, 10).mapToObj(i -> i < count ? e1 : e2).toList();
  }

  @Property(tries = 20)
  void itGrowsWithTheShift(@ForAll long seed) {
    List<float[]> real = cloud(seed, 100, 0);
    double near = cmmd(cloud(seed + 1, 100, 0), real);
    double far = cmmd(cloud(seed + 1, 100, 2), real);
    double farther = cmmd(cloud(seed + 1, 100, 6), real);
    assertThat(near).isLessThan(far);
    assertThat(far).isLessThan(farther);
  }

  @Test
  void aChoiceIsTheDiscrepancyOfTheChosen() {
    List<float[]> a = cloud(1, 6, 0);
    List<float[]> b = cloud(2, 5, 1);
    List<float[]> chosen = List.of(a.get(3), a.get(3), a.get(0));
    assertThat(Cmmd.between(a, b).resampled(new int[] {3, 3, 0}))
        .isCloseTo(cmmd(chosen, b), within(1e-9));
  }

  @Test
  void refusesEmptySetsAndOtherSizes() {
    assertThatThrownBy(() -> Cmmd.between(List.of(), cloud(1, 2, 0)))
        .hasMessageContaining("0 and 2");
    assertThatThrownBy(() -> Cmmd.between(List.of(new float[3]), List.of(new float[4])))
        .hasMessageContaining("4 and 3");
  }
}
