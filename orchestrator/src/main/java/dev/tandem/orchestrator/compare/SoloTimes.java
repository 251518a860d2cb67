package dev.tandem.orchestrator.compare;

import dev.tandem.orchestrator.measure.Median;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.timeline.Span;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What units of work took in a run that made one picture at a time.
 *
 * @param ns medians, ns
 * @param evaluations of the U-Net for each picture, at least 1
 */
record SoloTimes(Map<Work, Double> ns, int evaluations) {

  /** From the spans of a run with the job's own guidance on one device. */
  static SoloTimes of(Collection<Span> spans) {
    Map<Work, Double> ns = new EnumMap<>(Work.class);
    ns.put(Work.TEXT, median(durations(spans, Span.Kind.RUN, "encode")));
    ns.put(Work.STEP, steps(spans));
    ns.put(Work.DECODE, median(durations(spans, Span.Kind.STAGE, "decode")));
    return new SoloTimes(ns, evaluations(spans));
  }

  /** With half steps from the spans of a run without guidance. */
  SoloTimes withHalfSteps(Collection<Span> spans) {
    Map<Work, Double> all = new EnumMap<>(ns);
    all.put(Work.HALF_STEP, steps(spans));
    return new SoloTimes(all, evaluations);
  }

  private static int evaluations(Collection<Span> spans) {
    long steps = spans.stream().filter(s -> s.kind() == Span.Kind.STEP).count();
    long pictures =
        spans.stream()
            .filter(s -> s.kind() == Span.Kind.STEP)
            .map(Span::picture)
            .distinct()
            .count();
    return (int) Math.max(1, pictures == 0 ? 1 : steps / pictures);
  }

  /** A picture's whole denoising, host work included, over its steps. */
  private static double steps(Collection<Span> spans) {
    return median(durations(spans, Span.Kind.STAGE, "denoise")) / evaluations(spans);
  }

  private static Stream<Double> durations(Collection<Span> spans, Span.Kind kind, String stage) {
    return spans.stream()
        .filter(s -> s.kind() == kind && s.stage().equals(stage))
        .map(s -> (double) s.durationNs());
  }

  private static double median(Stream<Double> durations) {
    List<Double> all = durations.toList();
    return all.isEmpty() ? 0 : Median.of(all).median();
  }
}
