package dev.tandem.lab;

import dev.tandem.lab.LabReport.FormComparison;
import dev.tandem.lab.LabReport.SameTime;
import dev.tandem.stages.StepCache;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** Cheaper forms against the models that they stand for. */
final class FormStatistics {
  private final LabPlan plan;
  private final Map<Setting, Measured> measured;
  private final LabStore store;
  private final Criteria criteria;

  /**
   * @param measured all that was drawn of settings and references
   */
  FormStatistics(LabPlan plan, Map<Setting, Measured> measured, LabStore store, Criteria criteria) {
    this.plan = plan;
    this.measured = measured;
    this.store = store;
    this.criteria = criteria;
  }

  /**
   * Each form with the model as it is.
   *
   * @param multiplyAdds of the U-Net for a picture, mean
   */
  List<FormComparison> forms(ToDoubleFunction<Measured> multiplyAdds) {
    Comparisons comparisons = new Comparisons(plan, measured, criteria);
    List<FormComparison> out = new ArrayList<>();
    for (Setting form : plan.settings()) {
      Optional<Setting> exact = plan.exact(form).filter(measured::containsKey);
      if (exact.isPresent() && measured.containsKey(form)) {
        double work =
            multiplyAdds.applyAsDouble(measured.get(exact.get()))
                / multiplyAdds.applyAsDouble(measured.get(form));
        comparisons
            .between(form, exact.get())
            .ifPresent(c -> out.add(new FormComparison(c, work, floor(exact.get()))));
      }
    }
    return out;
  }

  private Optional<NoiseFloor> floor(Setting exact) {
    Measured own = measured.get(exact);
    List<LabPair> both = own.pairs().stream().filter(p -> store.has(exact, p.reseeded())).toList();
    if (both.isEmpty()) {
      return Optional.empty();
    }
    List<LabResult> again = both.stream().map(p -> store.read(exact, p.reseeded())).toList();
    double[] other = Measured.of(again, criteria).score();
    double[] first = own.over(both, criteria).score();
    Interval difference = MeanInterval.of(Comparisons.difference(other, first));
    return Optional.of(new NoiseFloor(exact, both.size(), difference));
  }

  /** Each step cache with the fewest steps of its sampler that take no less time than it. */
  List<SameTime> sameTime() {
    List<SameTime> out = new ArrayList<>();
    for (Setting cached : measured.keySet()) {
      Optional<Setting> exact = plan.exact(cached);
      boolean isCached = !(cached.form().cache() instanceof StepCache.None);
      if (isCached && exact.filter(measured::containsKey).isPresent()) {
        rival(cached, exact.get())
            .flatMap(r -> compare(cached, r, exact.get()))
            .ifPresent(out::add);
      }
    }
    return out;
  }

  private Optional<Setting> rival(Setting cached, Setting exact) {
    double seconds = seconds(cached);
    return measured.keySet().stream()
        .filter(s -> s.family().equals(exact.family()) && s.steps() < exact.steps())
        .filter(s -> seconds(s) >= seconds)
        .min(Comparator.comparingDouble(this::seconds));
  }

  private double seconds(Setting s) {
    return Intervals.median(measured.get(s).seconds()).value();
  }

  private Optional<SameTime> compare(Setting cached, Setting fewer, Setting exact) {
    List<LabPair> all =
        Comparisons.both(measured.get(cached), measured.get(fewer)).stream()
            .filter(p -> store.has(exact, p))
            .toList();
    if (all.isEmpty()) {
      return Optional.empty();
    }
    double[] psnr = new double[all.size()];
    double[] ssim = new double[all.size()];
    for (int i = 0; i < psnr.length; i++) {
      Pixels wanted = store.pixels(exact, all.get(i));
      Pixels a = store.pixels(cached, all.get(i));
      Pixels b = store.pixels(fewer, all.get(i));
      psnr[i] = a.psnr(wanted) - b.psnr(wanted);
      ssim[i] = a.ssim(wanted) - b.ssim(wanted);
    }
    return Optional.of(
        new SameTime(
            cached,
            fewer,
            exact,
            all.size(),
            Comparisons.ratio(
                measured.get(fewer).over(all, criteria).seconds(),
                measured.get(cached).over(all, criteria).seconds()),
            MeanInterval.of(psnr),
            MeanInterval.of(ssim)));
  }
}
