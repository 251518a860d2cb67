package dev.tandem.orchestrator.lab;

import dev.tandem.orchestrator.lab.LabReport.Comparison;
import dev.tandem.orchestrator.lab.LabReport.Row;
import dev.tandem.orchestrator.lab.LabReport.Verdict;
import dev.tandem.stages.quality.Cmmd;
import dev.tandem.stages.quality.Psnr;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Works the figures out of the results that are in a store. */
final class LabStatistics {
  /** Settings that others are compared with, where they were drawn. */
  private static final List<Setting> BASELINES =
      List.of(Setting.of("ddpm", 1000), Setting.of("ddim", 100));

  private final LabPlan plan;
  private final List<LabPair> pairs;
  private final LabStore store;
  private final Judge judge;
  private final Bootstrap bootstrap;

  /** What a setting's pictures say, a value for each pair. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Measured(
      int evaluations, double[] seconds, double[] score, double[] top1, Cmmd cmmd) {}

  LabStatistics(LabPlan plan, List<LabPair> pairs, LabStore store, Judge judge) {
    this.plan = plan;
    this.pairs = pairs;
    this.store = store;
    this.judge = judge;
    this.bootstrap = new Bootstrap(pairs.size());
  }

  LabReport report() {
    Map<Setting, Measured> measured = new LinkedHashMap<>();
    Map<Setting, List<Path>> pictures = new LinkedHashMap<>();
    for (Setting setting : plan.settings()) {
      measured.put(setting, measure(setting));
      pictures.put(setting, pairs.stream().map(p -> store.picture(setting, p)).toList());
    }
    List<Setting> all = plan.settings();
    List<Setting> byScore =
        Pareto.front(
            all,
            s -> median(measured.get(s).seconds, everyPair()),
            s -> Bootstrap.meanOf(measured.get(s).score, everyPair()));
    List<Setting> byCmmd =
        Pareto.front(
            all,
            s -> median(measured.get(s).seconds, everyPair()),
            s -> -measured.get(s).cmmd.value());
    List<Row> rows = new ArrayList<>();
    for (Setting s : all) {
      Measured m = measured.get(s);
      rows.add(
          new Row(
              s,
              m.evaluations,
              bootstrap.of(chosen -> median(m.seconds, chosen)),
              bootstrap.mean(m.score),
              bootstrap.mean(m.top1),
              m.cmmd.value(),
              psnr(s),
              byScore.contains(s),
              byCmmd.contains(s)));
    }
    return new LabReport(plan, pairs, judge.real().size(), rows, comparisons(measured), pictures);
  }

  private int[] everyPair() {
    int[] all = new int[pairs.size()];
    Arrays.setAll(all, i -> i);
    return all;
  }

  private Measured measure(Setting setting) {
    List<LabResult> results = pairs.stream().map(p -> store.read(setting, p)).toList();
    return new Measured(
        results.getFirst().evaluations(),
        results.stream().mapToDouble(LabResult::seconds).toArray(),
        results.stream().mapToDouble(r -> judge.score(r.vector(), r.pair().prompt())).toArray(),
        results.stream()
            .mapToDouble(r -> judge.object(r.vector()).equals(r.pair().object()) ? 1 : 0)
            .toArray(),
        Cmmd.between(results.stream().map(LabResult::vector).toList(), judge.real()));
  }

  /** Students solve another equation, so only the model's own settings are compared. */
  private Optional<Interval> psnr(Setting setting) {
    Setting reference = plan.reference();
    if (setting.equals(reference)
        || !setting.model().equals(reference.model())
        || !LabPlan.isDeterministic(setting)) {
      return Optional.empty();
    }
    double[] values =
        pairs.stream()
            .mapToDouble(p -> Psnr.of(store.rgb(setting, p), store.rgb(reference, p)))
            .toArray();
    return Optional.of(bootstrap.mean(values));
  }

  private List<Comparison> comparisons(Map<Setting, Measured> measured) {
    List<Comparison> out = new ArrayList<>();
    for (Setting slow : BASELINES) {
      Measured b = measured.get(slow);
      if (b == null) {
        continue;
      }
      measured.forEach(
          (fast, a) -> {
            if (a.evaluations < b.evaluations) {
              out.add(compare(fast, a, slow, b));
            }
          });
    }
    return out;
  }

  private Comparison compare(Setting fast, Measured a, Setting slow, Measured b) {
    Interval score = bootstrap.mean(difference(a.score, b.score));
    return new Comparison(
        fast,
        slow,
        score,
        bootstrap.mean(difference(a.top1, b.top1)),
        bootstrap.of(chosen -> a.cmmd.resampled(chosen) - b.cmmd.resampled(chosen)),
        bootstrap.of(chosen -> median(b.seconds, chosen) / median(a.seconds, chosen)),
        Verdict.of(score, plan.margin()));
  }

  private static double[] difference(double[] a, double[] b) {
    double[] out = new double[a.length];
    Arrays.setAll(out, i -> a[i] - b[i]);
    return out;
  }

  private static double median(double[] values, int[] chosen) {
    double[] sorted = Arrays.stream(chosen).mapToDouble(i -> values[i]).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
