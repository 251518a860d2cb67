package dev.tandem.orchestrator.compare;

import dev.tandem.devices.Clock;
import dev.tandem.orchestrator.compare.Comparison.Result;
import dev.tandem.orchestrator.measure.Bubble;
import dev.tandem.orchestrator.measure.DeviceUse;
import dev.tandem.orchestrator.measure.Latencies;
import dev.tandem.orchestrator.measure.Median;
import dev.tandem.orchestrator.measure.Ratio;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * The figures of one contestant over all rounds. Ratios are taken within each round, so that a
 * machine that changes its speed meanwhile does not change them.
 *
 * @param p50Ns latency that half of all pictures kept
 * @param p95Ns latency that 95% of all pictures kept
 * @param overlap time with two or more devices busy / time with any
 * @param speedUp against the sequential loop of the same round
 * @param stepSpeedUp how much sooner a step of the sampler is done than in the sequential loop
 * @param bound pictures/s that the round's solo times allow at most
 * @param shareOfBound pictures/s against the bound
 * @param predicted pictures/s that were expected before the run
 * @param error of the prediction, relative to what was measured
 * @param psnrDb of the picture that differs most from the sequential loop's; infinite if all are
 *     equal; empty if there is nothing to compare
 * @param failed pictures that could not be made, in all rounds
 * @param failures why, of the first of them in each round
 */
public record Figures(
    Contestant contestant,
    Median picturesPerSecond,
    long p50Ns,
    long p95Ns,
    Median overlap,
    Median speedUp,
    Median stepSpeedUp,
    Median bound,
    Median shareOfBound,
    OptionalDouble predicted,
    OptionalDouble error,
    OptionalDouble psnrDb,
    int failed,
    List<String> failures,
    List<DeviceFigures> devices) {

  /**
   * A device over all rounds: shares of the run's time, 0 to 1.
   *
   * @param busy computing
   * @param input idle because nothing had arrived
   * @param backPressure idle because a result could not be handed over
   * @param host idle while the host, or another device, worked for its stage
   * @param errorNs how far off its clock may have been at most: 0 for the host's, ns
   */
  public record DeviceFigures(
      String device, Median busy, Median input, Median backPressure, Median host, long errorNs) {
    /** Whose clock the times come from. */
    public Clock.By clock() {
      return errorNs == 0 ? Clock.By.HOST : Clock.By.DEVICE;
    }
  }

  static Figures of(Comparison all, Result result) {
    List<Round> rounds = result.rounds();
    List<Round> sequential = all.results().getFirst().rounds();
    List<Double> speedUps = new ArrayList<>();
    List<Double> stepSpeedUps = new ArrayList<>();
    List<Double> bounds = new ArrayList<>();
    List<Double> shares = new ArrayList<>();
    for (int i = 0; i < rounds.size(); i++) {
      double speed = rounds.get(i).metrics().picturesPerSecond();
      double bound =
          Ratio.of(
              all.job().pictures(),
              Bound.ns(result.contestant().placement(), all.job(), all.solo().get(i)) / 1e9);
      speedUps.add(Ratio.of(speed, sequential.get(i).metrics().picturesPerSecond()));
      stepSpeedUps.add(Ratio.of(sequential.get(i).stepNs(), rounds.get(i).stepNs()));
      bounds.add(bound);
      shares.add(Ratio.of(speed, bound));
    }
    Median speed = median(rounds, r -> r.metrics().picturesPerSecond());
    Latencies latencies = Latencies.all(rounds.stream().map(r -> r.metrics().latencies()).toList());
    OptionalDouble predicted = result.contestant().predicted();
    return new Figures(
        result.contestant(),
        speed,
        latencies.percentileNs(50),
        latencies.percentileNs(95),
        median(rounds, r -> r.metrics().overlap().ratio()),
        Median.of(speedUps),
        Median.of(stepSpeedUps),
        Median.of(bounds),
        Median.of(shares),
        predicted,
        predicted.isPresent() && speed.median() > 0
            ? OptionalDouble.of(predicted.getAsDouble() / speed.median() - 1)
            : OptionalDouble.empty(),
        Sample.worst(all.results().getFirst().sample(), result.sample()),
        rounds.stream().mapToInt(Round::failed).sum(),
        rounds.stream().flatMap(r -> r.failures().stream()).toList(),
        devices(rounds));
  }

  private static Median median(Collection<Round> rounds, ToDoubleFunction<Round> value) {
    return Median.of(rounds.stream().map(r -> value.applyAsDouble(r)).toList());
  }

  private static List<DeviceFigures> devices(List<Round> rounds) {
    Map<String, List<Round>> used = new LinkedHashMap<>();
    rounds.forEach(
        r ->
            r.metrics()
                .devices()
                .forEach(u -> used.computeIfAbsent(u.device(), d -> new ArrayList<>()).add(r)));
    return used.entrySet().stream().map(e -> device(e.getKey(), e.getValue())).toList();
  }

  private static DeviceFigures device(String device, List<Round> rounds) {
    return new DeviceFigures(
        device,
        median(rounds, r -> r.metrics().busyShare(use(r, device))),
        bubbles(rounds, device, Bubble.Cause.INPUT),
        bubbles(rounds, device, Bubble.Cause.BACK_PRESSURE),
        bubbles(rounds, device, Bubble.Cause.HOST),
        rounds.stream().mapToLong(r -> use(r, device).errorNs()).max().orElse(0));
  }

  private static Median bubbles(List<Round> rounds, String device, Bubble.Cause cause) {
    return median(
        rounds,
        r -> Ratio.of((double) use(r, device).bubbleNs(cause), (double) r.metrics().wallNs()));
  }

  private static DeviceUse use(Round round, String device) {
    return round.metrics().devices().stream()
        .filter(u -> u.device().equals(device))
        .findFirst()
        .orElseThrow();
  }
}
