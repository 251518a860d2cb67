package dev.tandem.lab;

import dev.tandem.lab.LabReport.Comparison;
import dev.tandem.lab.LabReport.Likeness;
import dev.tandem.lab.LabReport.Row;
import dev.tandem.lab.LabReport.Verdict;
import dev.tandem.stages.quality.Psnr;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Works the figures out of the results that are in a store. */
final class LabStatistics {
  /** The teacher of the students, and what fewer steps are compared with. */
  private static final Setting TEACHER = Setting.of("ddim", 100);

  /** CMMD falls with the number of pictures: who has fewer than this share is on no front. */
  private static final double SHARE_FOR_FRONT = 0.9;

  /** What pictures that are equal count as, dB: a little more than one level in one sample. */
  private static final double EQUAL_DB = 100;

  private final LabPlan plan;
  private final List<LabPair> pairs;
  private final LabStore store;
  private final Criteria criteria;

  LabStatistics(LabPlan plan, List<LabPair> pairs, LabStore store, Criteria criteria) {
    this.plan = plan;
    this.pairs = pairs;
    this.store = store;
    this.criteria = criteria;
  }

  /**
   * The report.
   *
   * @throws LabException if no setting has drawn anything
   */
  LabReport report() {
    Map<Setting, Measured> measured = new LinkedHashMap<>();
    Map<Setting, Map<Integer, Path>> pictures = new LinkedHashMap<>();
    for (Setting setting : plan.settings()) {
      List<LabResult> results =
          pairs.stream()
              .filter(p -> store.has(setting, p))
              .map(p -> store.read(setting, p))
              .toList();
      if (!results.isEmpty()) {
        measured.put(setting, Measured.of(results, criteria));
        Map<Integer, Path> files = new TreeMap<>();
        results.forEach(r -> files.put(r.pair().index(), store.picture(setting, r.pair())));
        pictures.put(setting, files);
      }
    }
    if (measured.isEmpty()) {
      throw new LabException("stopped before the first picture; start it again to go on");
    }
    return new LabReport(
        plan,
        pairs,
        plan.drawn().stream().allMatch(s -> pairs.stream().allMatch(p -> store.has(s, p))),
        criteria.real().size(),
        rows(measured),
        comparisons(measured),
        pictures);
  }

  private List<Row> rows(Map<Setting, Measured> measured) {
    int most = measured.values().stream().mapToInt(Measured::count).max().orElseThrow();
    List<Setting> fit =
        measured.keySet().stream()
            .filter(s -> measured.get(s).count() >= SHARE_FOR_FRONT * most)
            .toList();
    List<Setting> byScore =
        Pareto.front(
            fit,
            s -> Intervals.median(measured.get(s).seconds()).value(),
            s -> Arrays.stream(measured.get(s).score()).average().orElseThrow());
    List<Setting> byCmmd =
        Pareto.front(
            fit,
            s -> Intervals.median(measured.get(s).seconds()).value(),
            s -> -measured.get(s).cmmd().value());
    List<Row> rows = new ArrayList<>();
    measured.forEach(
        (s, m) -> {
          rows.add(
              new Row(
                  s,
                  m.count(),
                  m.evaluations(),
                  Intervals.median(m.seconds()),
                  MeanInterval.of(m.score()),
                  Intervals.share(m.top1()),
                  m.cmmd().value(),
                  psnr(s, m),
                  byScore.contains(s),
                  byCmmd.contains(s)));
        });
    return rows;
  }

  /** Students solve another equation, so only the model's own settings are compared. */
  private Optional<Likeness> psnr(Setting setting, Measured m) {
    Setting reference = plan.reference();
    List<LabPair> both = m.pairs().stream().filter(p -> store.has(reference, p)).toList();
    if (setting.equals(reference)
        || !setting.model().equals(reference.model())
        || !LabPlan.isDeterministic(setting)
        || both.isEmpty()) {
      return Optional.empty();
    }
    double[] values =
        both.stream()
            .mapToDouble(
                p -> Math.min(EQUAL_DB, Psnr.of(store.rgb(setting, p), store.rgb(reference, p))))
            .toArray();
    return Optional.of(new Likeness(MeanInterval.of(values), both.size()));
  }

  private List<Comparison> comparisons(Map<Setting, Measured> measured) {
    List<Comparison> out = new ArrayList<>();
    for (Setting slow : baselines(measured)) {
      Measured b = measured.get(slow);
      measured.forEach(
          (fast, a) -> {
            if (a.evaluations() < b.evaluations()) {
              List<LabPair> both = new ArrayList<>(a.pairs());
              both.retainAll(b.pairs());
              if (!both.isEmpty()) {
                out.add(compare(fast, a.over(both, criteria), slow, b.over(both, criteria)));
              }
            }
          });
    }
    return out;
  }

  /**
   * What others are compared with: DDPM with the most steps of which there are enough pairs, and
   * the students' teacher.
   */
  private static List<Setting> baselines(Map<Setting, Measured> measured) {
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

  private Comparison compare(Setting fast, Measured a, Setting slow, Measured b) {
    Interval score = MeanInterval.of(difference(a.score(), b.score()));
    double[] ratios = new double[a.count()];
    Arrays.setAll(ratios, i -> b.seconds()[i] / a.seconds()[i]);
    return new Comparison(
        fast,
        slow,
        a.count(),
        score,
        Intervals.shareDifference(a.top1(), b.top1()),
        Intervals.jackknife(
            a.count(), chosen -> a.cmmd().resampled(chosen) - b.cmmd().resampled(chosen)),
        Intervals.median(ratios),
        Verdict.of(score, plan.margin()));
  }

  private static double[] difference(double[] a, double[] b) {
    double[] out = new double[a.length];
    Arrays.setAll(out, i -> a[i] - b[i]);
    return out;
  }
}
