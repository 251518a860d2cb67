package dev.tandem.lab;

import dev.tandem.lab.LabReport.Comparison;
import dev.tandem.lab.LabReport.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Paired differences between what two settings have drawn. */
final class Comparisons {
  /** The teacher of the students, and what fewer steps are compared with. */
  private static final Setting TEACHER = Setting.of("ddim", 100);

  private final LabPlan plan;
  private final Map<Setting, Measured> measured;
  private final Criteria criteria;

  /**
   * @param measured settings that have drawn anything
   */
  Comparisons(LabPlan plan, Map<Setting, Measured> measured, Criteria criteria) {
    this.plan = plan;
    this.measured = measured;
    this.criteria = criteria;
  }

  /** Of the models as they are with solvers that ask them more often. */
  List<Comparison> withSlower() {
    List<Comparison> out = new ArrayList<>();
    for (Setting slow : baselines()) {
      for (Setting fast : measured.keySet()) {
        boolean less = measured.get(fast).evaluations() < measured.get(slow).evaluations();
        if (less && plan.exact(fast).isEmpty()) {
          between(fast, slow).ifPresent(out::add);
        }
      }
    }
    return out;
  }

  /**
   * What others are compared with: DDPM with the most steps of which there are enough pairs, and
   * the students' teacher.
   */
  private List<Setting> baselines() {
    Optional<Setting> slowest =
        measured.keySet().stream()
            .filter(s -> s.family().equals("ddpm"))
            .max(
                Comparator.<Setting, Boolean>comparing(
                        s -> measured.get(s).count() >= Intervals.LEAST_PAIRS)
                    .thenComparingInt(Setting::steps));
    return Stream.concat(slowest.stream(), Stream.of(TEACHER).filter(measured::containsKey))
        .toList();
  }

  /** One setting with another over the pairs that both have; empty if there are none. */
  Optional<Comparison> between(Setting fast, Setting slow) {
    List<LabPair> both = both(measured.get(fast), measured.get(slow));
    return both.isEmpty()
        ? Optional.empty()
        : Optional.of(
            compare(
                fast,
                measured.get(fast).over(both, criteria),
                slow,
                measured.get(slow).over(both, criteria)));
  }

  static List<LabPair> both(Measured a, Measured b) {
    List<LabPair> both = new ArrayList<>(a.pairs());
    both.retainAll(b.pairs());
    return both;
  }

  private Comparison compare(Setting fast, Measured a, Setting slow, Measured b) {
    Interval score = MeanInterval.of(difference(a.score(), b.score()));
    return new Comparison(
        fast,
        slow,
        a.count(),
        score,
        Intervals.shareDifference(a.top1(), b.top1()),
        Intervals.jackknife(
            a.count(), chosen -> a.cmmd().resampled(chosen) - b.cmmd().resampled(chosen)),
        ratio(b.seconds(), a.seconds()),
        Verdict.of(score, plan.margin()));
  }

  /** The median of the pairs' ratios. */
  static Interval ratio(double[] over, double[] under) {
    double[] ratios = new double[over.length];
    Arrays.setAll(ratios, i -> over[i] / under[i]);
    return Intervals.median(ratios);
  }

  static double[] difference(double[] a, double[] b) {
    double[] out = new double[a.length];
    Arrays.setAll(out, i -> a[i] - b[i]);
    return out;
  }
}
