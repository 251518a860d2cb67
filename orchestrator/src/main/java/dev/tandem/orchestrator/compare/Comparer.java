package dev.tandem.orchestrator.compare;

import dev.tandem.devices.DeviceException;
import dev.tandem.orchestrator.compare.Comparison.Result;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs contestants for real. In each round every contestant makes all pictures once, in an order
 * that is rotated from round to round, and the work is timed alone on every device; so whatever
 * slows the machine for a while hits all of them. Each run opens its devices anew and makes a few
 * pictures that do not count.
 */
public final class Comparer {
  private static final int SOLO_PICTURES = 4;

  /** What a page can show: some pictures are as good as all of them. */
  private static final RoundRecorder.Keep DRAWN = new RoundRecorder.Keep(Sample.MOST, 8192);

  private final Path model;
  private final RunOptions options;
  private final List<Request> requests;
  private final Progress progress;

  /** Hears what is about to run: turn {@code turn} of {@code turns}, from 1. */
  @FunctionalInterface
  public interface Progress {
    void begins(String what, int turn, int turns);
  }

  /**
   * @param options of every run
   * @param requests the pictures of every run, at least one
   */
  public Comparer(Path model, RunOptions options, List<Request> requests, Progress progress) {
    if (requests.isEmpty()) {
      throw new IllegalArgumentException("a comparison needs at least one picture");
    }
    this.model = model;
    this.options = options;
    this.requests = List.copyOf(requests);
    this.progress = progress;
  }

  /**
   * Compares.
   *
   * @param job what the requests come to, as {@link #calibrate} found
   * @param contestants the first is what the others are measured against
   * @param rounds at least 1
   */
  public Comparison run(Job job, List<Contestant> contestants, int rounds) {
    Set<String> devices = new LinkedHashSet<>();
    contestants.forEach(c -> devices.addAll(c.placement().devices()));
    boolean halves =
        contestants.stream()
            .flatMap(c -> c.placement().lanes().stream())
            .flatMap(l -> l.denoise().stream())
            .anyMatch(part -> part.unconditional().isPresent());
    Turns turns = new Turns(rounds * (devices.size() + contestants.size()));
    List<SoloCosts> solo = new ArrayList<>();
    Map<Contestant, List<Round>> all = new LinkedHashMap<>();
    Map<Contestant, Sample.Taker> samples = new LinkedHashMap<>();
    contestants.forEach(c -> all.put(c, new ArrayList<>()));
    for (int r = 0; r < rounds; r++) {
      solo.add(solo(devices, halves, turns));
      List<Contestant> order = new ArrayList<>(contestants);
      Collections.rotate(order, -r);
      for (Contestant c : order) {
        turns.begin(c.name());
        Sample.Taker taker = samples.computeIfAbsent(c, x -> new Sample.Taker());
        RoundRecorder.Keep keep = r < Result.DRAWN_ROUNDS ? DRAWN : RoundRecorder.Keep.NONE;
        try (Bench bench = Bench.open(model, c.placement(), options, requests)) {
          all.get(c).add(bench.run(requests, c.oneAtATime(), keep, r == 0 ? taker::take : p -> {}));
        }
      }
    }
    List<Result> results =
        all.entrySet().stream()
            .map(e -> new Result(e.getKey(), e.getValue(), samples.get(e.getKey()).sample()))
            .toList();
    return new Comparison(job, solo, results);
  }

  private final class Turns {
    private final int total;
    private int done;

    private Turns(int total) {
      this.total = total;
    }

    private void begin(String what) {
      progress.begins(what, ++done, total);
    }
  }

  private SoloCosts solo(Set<String> devices, boolean halves, Turns turns) {
    Map<String, Map<Work, Double>> costs = new LinkedHashMap<>();
    List<Request> few = requests.subList(0, Math.min(SOLO_PICTURES, requests.size()));
    for (String device : devices) {
      turns.begin("alone on " + device);
      costs.put(device, alone(model, options, few, device, halves, new ArrayList<>()).ns());
    }
    return new SoloCosts(costs);
  }

  private static SoloTimes alone(
      Path model,
      RunOptions options,
      List<Request> few,
      String device,
      boolean halves,
      List<Picture> made) {
    try (Bench bench = Bench.open(model, Placement.on(device), options, few)) {
      SoloTimes times =
          SoloTimes.of(
              whole(bench.run(few, true, RoundRecorder.Keep.ALL, made::add), device).spans());
      if (!halves) {
        return times;
      }
      List<Request> half = few.stream().map(r -> r.withGuidance(1)).toList();
      bench.warmUp(half);
      return times.withHalfSteps(
          whole(bench.run(half, true, RoundRecorder.Keep.ALL, p -> {}), device).spans());
    }
  }

  private static Round whole(Round round, String device) {
    if (round.failed() > 0) {
      throw new DeviceException(
          "device '" + device + "' cannot be timed alone: " + round.failures().getFirst());
    }
    return round;
  }

  /**
   * What a placement must know, measured just now with a few pictures.
   *
   * @param job what the requests come to
   * @param costs of its work on each device, alone
   */
  public record Calibration(Job job, SoloCosts costs) {}

  /** Measures the work of some requests on each device. */
  public static Calibration calibrate(
      Path model, RunOptions options, List<Request> requests, List<String> devices) {
    List<Request> few = requests.subList(0, Math.min(SOLO_PICTURES, requests.size()));
    Map<String, Map<Work, Double>> costs = new LinkedHashMap<>();
    List<Picture> made = new ArrayList<>();
    int evaluations = 1;
    for (String device : devices) {
      SoloTimes times = alone(model, options, few, device, few.getFirst().guidance() > 1, made);
      costs.put(device, times.ns());
      evaluations = times.evaluations();
    }
    return new Calibration(job(requests, made, evaluations), new SoloCosts(costs));
  }

  private static Job job(List<Request> requests, List<Picture> made, int evaluations) {
    long prompts = requests.stream().map(Request::prompt).distinct().count();
    return new Job(
        requests.size(),
        (int) prompts,
        evaluations,
        requests.getFirst().guidance() > 1,
        made.getFirst().width(),
        made.getFirst().height());
  }
}
