package dev.tandem.lab;

import dev.tandem.stages.quality.Cmmd;
import java.util.List;

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

  int count() {
    return results.size();
  }

  int evaluations() {
    return results.getFirst().evaluations();
  }

  List<LabPair> pairs() {
    return results.stream().map(LabResult::pair).toList();
  }
}
