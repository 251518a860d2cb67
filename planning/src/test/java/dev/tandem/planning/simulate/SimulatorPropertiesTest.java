package dev.tandem.planning.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Order;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.planning.simulate.Simulation.PictureTimes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds of every simulated run, whatever the placement and the costs. */
class SimulatorPropertiesTest {
  private static final List<String> DEVICES = List.of("a", "b", "c");

  /** One case. */
  record Case(Job job, Placement placement, FixedCosts costs) {}

  private static Arbitrary<List<String>> candidates() {
    return Arbitraries.of(DEVICES).list().ofMinSize(1).ofMaxSize(3).uniqueElements();
  }

  private static Arbitrary<DenoisePart> rest() {
    return Combinators.combine(Arbitraries.of(DEVICES), Arbitraries.of(DEVICES))
        .as((a, b) -> a.equals(b) ? DenoisePart.on(a) : DenoisePart.split(a, b));
  }

  private static Arbitrary<Lane> lane() {
    Arbitrary<DenoisePart> first =
        Combinators.combine(Arbitraries.integers().between(1, 4), Arbitraries.of(DEVICES))
            .as(DenoisePart::of);
    return Combinators.combine(candidates(), first.list().ofMaxSize(2), rest(), candidates())
        .as(
            (text, parts, last, decode) -> {
              List<DenoisePart> all = new ArrayList<>(parts);
              all.add(last);
              return new Lane(1, text, all, decode);
            });
  }

  @Provide
  Arbitrary<Case> cases() {
    Arbitrary<Job> jobs =
        Combinators.combine(
                Arbitraries.integers().between(1, 12),
                Arbitraries.integers().between(1, 4),
                Arbitraries.integers().between(1, 8),
                Arbitraries.of(true, false))
            .as((n, prompts, steps, guided) -> new Job(n, prompts, steps, guided, 8, 8));
    Arbitrary<Placement> placements =
        Combinators.combine(
                lane().list().ofMinSize(1).ofMaxSize(3),
                Arbitraries.integers().between(0, 3),
                Arbitraries.of(Order.values()))
            .as(Placement::new);
    Arbitrary<Double> ns = Arbitraries.integers().between(1, 100).map(i -> (double) i);
    Arbitrary<FixedCosts> costs =
        Combinators.combine(ns, ns, ns, ns, ns, Arbitraries.integers().between(0, 30))
            .as(
                (text, step, half, decode, b, host) ->
                    FixedCosts.of(text, step, half, decode)
                        .withFactor("b", b / 25)
                        .withHost(host)
                        .withOutput(host / 2.0)
                        .withSlowdown(1 + host / 30.0));
    return Combinators.combine(jobs, placements, costs).as(Case::new);
  }

  @Property(tries = 500)
  void everyPictureEndsOnceAndInOrder(@ForAll("cases") Case c) {
    Simulation s = Simulator.run(c.job(), c.placement(), c.costs());
    assertThat(s.pictures()).hasSize(c.job().pictures());
    List<Double> out = s.pictures().stream().map(PictureTimes::outNs).toList();
    if (c.placement().order() == Order.PROMPT) {
      assertThat(out).isSorted();
    }
    assertThat(out).allSatisfy(t -> assertThat(t).isPositive());
    Map<Integer, Long> decodes =
        s.spans().stream()
            .filter(p -> p.stage().equals("decode"))
            .collect(Collectors.groupingBy(Span::picture, Collectors.counting()));
    assertThat(decodes).hasSize(c.job().pictures()).allSatisfy((i, n) -> assertThat(n).isOne());
    Map<List<Integer>, Long> steps =
        s.spans().stream()
            .filter(p -> p.stage().equals("denoise"))
            .collect(
                Collectors.groupingBy(p -> List.of(p.picture(), p.step()), Collectors.counting()));
    assertThat(steps).hasSize(c.job().pictures() * c.job().evaluations());
  }

  @Property(tries = 500)
  void noStageHoldsMoreThanItsRingAllows(@ForAll("cases") Case c) {
    int depth =
        c.placement().ringDepth() == Placement.DEPTH_BY_MEMORY
            ? dev.tandem.orchestrator.wiring.Wiring.Depths.USUAL.start()
            : c.placement().ringDepth();
    assertThat(Simulator.mostHeld(c.job(), c.placement(), c.costs())).isLessThanOrEqualTo(depth);
  }

  @Property(tries = 500)
  void aDeviceDoesOneRunAtATime(@ForAll("cases") Case c) {
    Simulation s = Simulator.run(c.job(), c.placement(), c.costs());
    for (String d : c.placement().devices()) {
      List<Span> runs =
          s.spans().stream()
              .filter(p -> p.device().equals(d))
              .sorted(Comparator.comparingLong(Span::startNs))
              .toList();
      for (int i = 1; i < runs.size(); i++) {
        assertThat(runs.get(i).startNs()).isGreaterThanOrEqualTo(runs.get(i - 1).endNs() - 1);
      }
    }
  }

  @Property(tries = 500)
  void noRunIsFasterThanItsBounds(@ForAll("cases") Case c) {
    Simulation s = Simulator.run(c.job(), c.placement(), c.costs());
    double rounding = 1e-6 * s.makespanNs() + 1;
    // No device can do its work in less than its solo time.
    Map<String, Double> load = new HashMap<>();
    for (Span p : s.spans()) {
      load.merge(p.device(), c.costs().deviceNs(work(c, p), p.device()), Double::sum);
    }
    load.values().forEach(ns -> assertThat(s.makespanNs()).isGreaterThanOrEqualTo(ns - rounding));
    // No picture can be done in less than its own way through the stages.
    for (PictureTimes t : s.pictures()) {
      double path = 0;
      Map<List<Object>, Double> stepNs = new HashMap<>();
      for (Span p : s.spans()) {
        if (p.picture() == t.index()) {
          stepNs.merge(
              p.stage().equals("denoise")
                  ? List.of(p.stage(), p.step())
                  : List.of(p.stage(), p.startNs()),
              c.costs().deviceNs(work(c, p), p.device()) + c.costs().host(),
              Math::max);
        }
      }
      path += stepNs.values().stream().mapToDouble(Double::doubleValue).sum();
      assertThat(t.latencyNs()).isGreaterThanOrEqualTo(path + c.costs().output() - rounding);
    }
  }

  private static Work work(Case c, Span p) {
    return switch (p.stage()) {
      case "encode" -> Work.TEXT;
      case "decode" -> Work.DECODE;
      default ->
          c.costs().deviceNs(Work.STEP, p.device())
                  <= c.costs().deviceNs(Work.HALF_STEP, p.device())
              ? Work.STEP
              : Work.HALF_STEP; // the cheaper of the two: a lower bound
    };
  }

  @Property(tries = 200)
  void theSameCaseGivesTheSameRun(@ForAll("cases") Case c) {
    assertThat(Simulator.run(c.job(), c.placement(), c.costs()))
        .isEqualTo(Simulator.run(c.job(), c.placement(), c.costs()));
  }
}
