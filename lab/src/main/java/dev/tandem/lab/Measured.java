package dev.tandem.lab;

import dev.tandem.stages.quality.Cmmd;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What a setting's pictures say, a value for each result, in the order of the pairs. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Measured(
    List<LabResult> results, double[] seconds, double[] score, double[] top1, Cmmd cmmd) {

  /**
   * Judges results.
   *
   * @param results at least one
   */
  static Measured of(List<LabResult> results, Criteria criteria) {
    return new Measured(
        results,
        results.stream().mapToDouble(LabResult::seconds).toArray(),
        results.stream()
            .mapToDouble(r -> criteria.score().applyAsDouble(r.vector(), r.pair().prompt()))
            .toArray(),
        results.stream()
            .mapToDouble(r -> criteria.object().apply(r.vector()).equals(r.pair().object()) ? 1 : 0)
            .toArray(),
        Cmmd.between(results.stream().map(LabResult::vector).toList(), criteria.real()));
  }

  /** The same with some of its pairs only. */
  Measured over(List<LabPair> some, Criteria criteria) {
    return some.size() == count()
        ? this
        : of(results.stream().filter(r -> some.contains(r.pair())).toList(), criteria);
  }

  /** The mean of a figure. */
  double mean(ToDoubleFunction<LabResult> figure) {
    return results.stream().mapToDouble(figure).average().orElseThrow();
  }

  int count() {
    return results.size();
  }

  /** Of a step, a median for each picture, s; without those that were not timed. */
  double[] steps() {
    return results.stream()
        .mapToDouble(r -> r.steps().median())
        .filter(s -> !Double.isNaN(s))
        .toArray();
  }

  /** Of all steps of a picture for each evaluation of the U-Net, s; likewise. */
  double[] evaluationSeconds() {
    return results.stream()
        .mapToDouble(r -> r.steps().all() / r.evaluations())
        .filter(s -> !Double.isNaN(s))
        .toArray();
  }

  int evaluations() {
    return results.getFirst().evaluations();
  }

  List<LabPair> pairs() {
    return results.stream().map(LabResult::pair).toList();
  }
}
