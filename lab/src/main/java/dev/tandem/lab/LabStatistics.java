package dev.tandem.lab;

import dev.tandem.lab.LabReport.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Works the figures out of the results that are in a store. */
final class LabStatistics {
  private final LabPlan plan;
  private final List<LabPair> pairs;
  private final LabStore store;
  private final Criteria criteria;
  private final ToDoubleFunction<LabResult> multiplyAdds;

  /**
   * @param multiplyAdds of the U-Net for a picture; NaN where unknown
   */
  LabStatistics(
      LabPlan plan,
      List<LabPair> pairs,
      LabStore store,
      Criteria criteria,
      ToDoubleFunction<LabResult> multiplyAdds) {
    this.plan = plan;
    this.pairs = pairs;
    this.store = store;
    this.criteria = criteria;
    this.multiplyAdds = multiplyAdds;
  }

  /**
   * The report.
   *
   * @throws LabException if no setting has drawn anything
   */
  LabReport report() {
    Map<Setting, Measured> all = measured(plan.drawn());
    Map<Setting, Measured> measured = new LinkedHashMap<>(all);
    measured.keySet().retainAll(plan.settings());
    if (measured.isEmpty()) {
      throw new LabException("stopped before the first picture; start it again to go on");
    }
    Map<Setting, Map<Integer, Path>> pictures = new LinkedHashMap<>();
    measured.forEach(
        (setting, m) -> {
          Map<Integer, Path> files = new TreeMap<>();
          m.pairs().forEach(p -> files.put(p.index(), store.picture(setting, p)));
          pictures.put(setting, files);
        });
    FormStatistics forms = new FormStatistics(plan, all, store, criteria);
    return new LabReport(
        plan,
        pairs,
        plan.passes(pairs).stream().allMatch(this::isDrawn),
        criteria.real().size(),
        rows(measured),
        new Comparisons(plan, measured, criteria).withSlower(),
        forms.forms(m -> m.mean(multiplyAdds)),
        forms.sameTime(),
        pictures);
  }

  private Map<Setting, Measured> measured(List<Setting> settings) {
    Map<Setting, Measured> measured = new LinkedHashMap<>();
    for (Setting setting : settings) {
      List<LabResult> results =
          pairs.stream()
              .filter(p -> store.has(setting, p))
              .map(p -> store.read(setting, p))
              .toList();
      if (!results.isEmpty()) {
        measured.put(setting, Measured.of(results, criteria));
      }
    }
    return measured;
  }

  private boolean isDrawn(LabRun.Pass pass) {
    return pass.settings().stream()
        .allMatch(s -> pass.pairs().stream().allMatch(p -> store.has(s, p)));
  }

  private List<Row> rows(Map<Setting, Measured> measured) {
    int most = measured.values().stream().mapToInt(Measured::count).max().orElseThrow();
    List<Setting> fit =
        measured.keySet().stream()
            .filter(s -> measured.get(s).count() >= LabReport.SHARE_FOR_FRONT * most)
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
        (s, m) ->
            rows.add(
                new Row(
                    s,
                    m.count(),
                    m.evaluations(),
                    m.mean(multiplyAdds),
                    Intervals.median(m.seconds()),
                    timed(m.steps()),
                    timed(m.evaluationSeconds()),
                    MeanInterval.of(m.score()),
                    Intervals.share(m.top1()),
                    m.cmmd().value(),
                    likeness(s, m),
                    byScore.contains(s),
                    byCmmd.contains(s))));
    return rows;
  }

  private static Optional<Interval> timed(double[] seconds) {
    return seconds.length == 0 ? Optional.empty() : Optional.of(Intervals.median(seconds));
  }

  private Optional<Likeness> likeness(Setting setting, Measured m) {
    return plan.referenceOf(setting)
        .flatMap(
            reference -> {
              List<LabPair> both = m.pairs().stream().filter(p -> store.has(reference, p)).toList();
              return both.isEmpty()
                  ? Optional.empty()
                  : Optional.of(Likeness.between(setting, reference, both, store));
            });
  }
}
