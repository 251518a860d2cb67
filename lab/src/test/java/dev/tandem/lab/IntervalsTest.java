package dev.tandem.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Intervals keep their level with 8 pairs, whatever the values look like. */
class IntervalsTest {
  private static final int PAIRS = 8;
  private static final int LABS = 4000;
  private static final long SEED = 11;

  /** What differences of scores look like. */
  @SuppressWarnings("ImmutableEnumChecker") // none of the functions has a state
  enum Values {
    NORMAL(0, Random::nextGaussian),
    /** Heavy on both sides. */
    LAPLACE(0, r -> (r.nextBoolean() ? 1 : -1) * Math.log(1 - r.nextDouble())),
    /** Skewed: mostly small losses, some large ones. */
    EXPONENTIAL(-1, r -> Math.log(1 - r.nextDouble())),
    /** Skewed: a third of the pictures lose their object. */
    LOST_OBJECTS(-0.1, r -> 0.05 * r.nextGaussian() - (r.nextInt(3) == 0 ? 0.3 : 0)),
    /** Discrete, as where most pictures are equal. */
    STEPS(0, r -> r.nextInt(5) - 2);

    private final double mean;
    private final ToDoubleFunction<Random> draw;

    Values(double mean, ToDoubleFunction<Random> draw) {
      this.mean = mean;
      this.draw = draw;
    }

    /** How often the interval of a lab holds the truth. */
    double coverage(double truth, Function<double[], Interval> interval) {
      Random random = new Random(SEED);
      int held = 0;
      for (int lab = 0; lab < LABS; lab++) {
        double[] values =
            DoubleStream.generate(() -> draw.applyAsDouble(random)).limit(PAIRS).toArray();
        Interval i = interval.apply(values);
        held += i.low() <= truth && truth <= i.high() ? 1 : 0;
      }
      System.out.printf(Locale.ROOT, "%s, seed %d: %.3f%n", this, SEED, held / (double) LABS);
      return held / (double) LABS;
    }
  }

  @ParameterizedTest
  @EnumSource
  void theMeansIntervalHoldsTheMean(Values values) {
    assertThat(values.coverage(values.mean, MeanInterval::of)).isGreaterThan(0.935);
  }

  /** What a percentile bootstrap would give: it is the test that must be able to fail. */
  @Test
  void aPercentileBootstrapWouldBeTooNarrow() {
    Random random = new Random(SEED);
    assertThat(
            Values.NORMAL.coverage(
                0,
                values -> {
                  double[] means =
                      DoubleStream.generate(
                              () ->
                                  random.ints(PAIRS, 0, PAIRS).mapToDouble(i -> values[i]).sum()
                                      / PAIRS)
                          .limit(400)
                          .sorted()
                          .toArray();
                  return new Interval(0, means[10], means[389]);
                }))
        .isLessThan(0.91);
  }

  @ParameterizedTest
  @EnumSource(names = {"NORMAL", "LAPLACE", "EXPONENTIAL"})
  void theMediansIntervalHoldsTheMedian(Values values) {
    double median = values == Values.EXPONENTIAL ? -Math.log(2) : 0;
    assertThat(values.coverage(median, Intervals::median)).isGreaterThan(0.95);
  }

  /** All outcomes, weighted: no chance involved. */
  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.1, 0.3, 0.5, 0.77, 0.9, 0.99})
  void theShareIsHeldWithTheLevel(double p) {
    double covered = 0;
    for (int ones = 0; ones <= PAIRS; ones++) {
      double[] values = new double[PAIRS];
      Arrays.fill(values, 0, ones, 1);
      Interval i = Intervals.share(values);
      covered += i.low() <= p && p <= i.high() ? binomial(ones, PAIRS, p) : 0;
    }
    assertThat(covered).isGreaterThanOrEqualTo(0.95);
  }

  /** All outcomes of 8 pairs: won, lost or equal. */
  @ParameterizedTest
  @CsvSource({
    "0.02, 0.02",
    "0.1, 0.1",
    "0.1, 0.02",
    "0.3, 0.1",
    "0.5, 0.1",
    "0.3, 0.3",
    "0.6, 0.02",
    "0.8, 0.1",
    "0.05, 0.0",
    "0.25, 0.0",
    "0.02, 0.5"
  })
  void theDifferenceOfSharesIsHeldWithTheLevel(double won, double lost) {
    double covered = 0;
    for (int w = 0; w <= PAIRS; w++) {
      for (int l = 0; w + l <= PAIRS; l++) {
        double[] a = new double[PAIRS];
        double[] b = new double[PAIRS];
        Arrays.fill(a, 0, w, 1);
        Arrays.fill(b, w, w + l, 1);
        Interval i = Intervals.shareDifference(a, b);
        boolean holds = i.low() <= won - lost && won - lost <= i.high();
        double chance =
            binomial(w, PAIRS, won) * binomial(l, PAIRS - w, won < 1 ? lost / (1 - won) : 0);
        covered += holds ? chance : 0;
      }
    }
    assertThat(covered).isGreaterThan(0.94);
  }

  private static double binomial(int k, int n, double p) {
    double ways = 1;
    for (int i = 0; i < k; i++) {
      ways = ways * (n - i) / (i + 1);
    }
    return ways * Math.pow(p, k) * Math.pow(1 - p, n - k);
  }

  /** Tabled quantiles. */
  @ParameterizedTest
  @CsvSource({"1, 12.706", "2, 4.303", "7, 2.365", "8, 2.306", "30, 2.042", "255, 1.969"})
  void studentsQuantilesAreThoseOfTheTables(int freedom, double expected) {
    assertThat(StudentT.quantile(0.975, freedom)).isCloseTo(expected, within(5e-4));
  }

  /** Clopper and Pearson's, as R's binom.test gives them. */
  @ParameterizedTest
  @CsvSource({"0, 8, 0, 0.3694", "4, 8, 0.1570, 0.8430", "7, 8, 0.4735, 0.9968", "8, 8, 0.6306, 1"})
  void sharesAreThoseOfTheTables(int ones, int of, double low, double high) {
    double[] values = new double[of];
    Arrays.fill(values, 0, ones, 1);
    Interval i = Intervals.share(values);
    assertThat(i.low()).isCloseTo(low, within(1e-4));
    assertThat(i.high()).isCloseTo(high, within(1e-4));
  }

  @Test
  void ofAMeanTheJackknifeGivesStudentsInterval() {
    double[] values = {1, 4, 2, 8, 5, 7, 3, 6, 2, 5};
    Interval i =
        Intervals.jackknife(
            values.length,
            chosen -> Arrays.stream(chosen).mapToDouble(c -> values[c]).average().orElseThrow());
    // mean 4.3, s 2.3118, t 2.2622
    assertThat(i.value()).isCloseTo(4.3, within(1e-12));
    assertThat(i.high() - i.value()).isCloseTo(2.2622 * 2.3118 / Math.sqrt(10), within(1e-3));
  }

  @Test
  void theMediansIntervalOfEightIsAllOfThem() {
    Interval i = Intervals.median(new double[] {8, 1, 7, 2, 6, 3, 5, 4});
    assertThat(i.text(1)).isEqualTo("4.5 [1.0, 8.0]");
  }

  @Test
  void fewPairsGiveNoInterval() {
    double[] seven = {1, 0, 1, 0, 1, 0, 1};
    assertThat(MeanInterval.of(seven).bounded()).isFalse();
    assertThat(Intervals.median(seven).bounded()).isFalse();
    assertThat(Intervals.share(seven).bounded()).isFalse();
    assertThat(Intervals.shareDifference(seven, seven).bounded()).isFalse();
    assertThat(Intervals.jackknife(7, chosen -> chosen.length).bounded()).isFalse();
    assertThat(MeanInterval.of(new double[] {1, 2, 3}).text(1)).isEqualTo("2.0");
  }

  @Test
  void equalValuesHaveAnIntervalOfNoWidth() {
    assertThat(MeanInterval.of(new double[8]).text(1)).isEqualTo("0.0 [0.0, 0.0]");
  }
}
