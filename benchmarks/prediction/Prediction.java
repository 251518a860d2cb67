import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Order;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.PlacementException;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.placement.Steps;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.result.RunReport;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.planning.simulate.Simulation;
import dev.tandem.planning.simulate.SimulationCosts;
import dev.tandem.planning.simulate.Simulator;
import dev.tandem.planning.strategy.Strategies;
import dev.tandem.planning.strategy.Strategy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Predicted and real time of placements: real threads on simulated devices that sleep for stated
 * times, and the simulator with the same times. Arguments: model folder, placements, seed, runs.
 *
 * <p>What is no device's stated time is measured once, in runs on one device, and added to the
 * costs: how much longer than stated a call takes (sleep, copying), and for each kind of work what
 * passes between its end and the device's next call (sampler, hand-over), which is its host part.
 */
public final class Prediction {
  private static final List<String> DEVICES =
      List.of(
          "sim:a,text=5,unet=12,vae=40", "sim:b,text=8,unet=17,vae=31", "sim:c,text=6,unet=25,vae=55");
  private static final int STEPS = 6;
  private static final float GUIDANCE = 2.5f;
  private static final double MS = 1e6;

  /** A placement to be tried. */
  private record Case(String name, Placement placement, int pictures, int prompts) {}

  /** Of the runs, the median one and the shortest; whether that one did the same work where. */
  private record Result(
      Case of, double predictedNs, double realNs, double leastNs, boolean sameChoices) {
    private double error() {
      return predictedNs / realNs - 1;
    }

    private double errorOfLeast() {
      return predictedNs / leastNs - 1;
    }
  }

  private static int runs;

  private Prediction() {}

  public static void main(String[] args) throws Exception {
    int repeats = Integer.parseInt(args[3]);
    try (Tandem tandem = Tandem.open(Path.of(args[0]), Placement.on(DEVICES.getFirst()))) {
      Extra extra = Extra.measure(tandem);
      extra.print();
      Costs costs = new Costs(extra);
      List<Case> cases = cases(Integer.parseInt(args[1]), Long.parseLong(args[2]), costs);
      List<Result> results = new ArrayList<>();
      System.out.printf(
          "%-46s %12s %9s %8s %9s %8s%n",
          "placement",
          "predicted ms",
          "median ms",
          "error",
          "least ms",
          "error");
      for (Case c : cases) {
        Result r = run(tandem, c, costs, repeats);
        results.add(r);
        System.out.printf(
            Locale.ROOT,
            "%-46s %12.1f %9.1f %+7.2f%% %9.1f %+7.2f%%%s%n",
            c.name,
            r.predictedNs / MS,
            r.realNs / MS,
            100 * r.error(),
            r.leastNs / MS,
            100 * r.errorOfLeast(),
            r.sameChoices ? "" : " other choices");
      }
      summary("median run", results, Result::error);
      summary("shortest run", results, Result::errorOfLeast);
    }
  }

  private static void summary(
      String name, List<Result> results, ToDoubleFunction<Result> errorOf) {
    List<Result> sorted = new ArrayList<>(results);
    sorted.sort(Comparator.comparingDouble(r -> Math.abs(errorOf.applyAsDouble(r))));
    Result worst = sorted.getLast();
    System.out.printf(
        Locale.ROOT,
        "%d placements, %s: error %.2f%% by median, at worst %.2f%% (%s)%n",
        sorted.size(),
        name,
        100 * Math.abs(errorOf.applyAsDouble(sorted.get(sorted.size() / 2))),
        100 * Math.abs(errorOf.applyAsDouble(worst)),
        worst.of.name);
  }

  private static Result run(Tandem tandem, Case c, Costs costs, int repeats) throws Exception {
    List<Double> real = new ArrayList<>();
    Set<List<Object>> choices = Set.of();
    Job job = tandem.job(requests(c));
    tandem.expect(job, c.placement.devices(), costs);
    for (int i = -1; i < repeats; i++) { // the first one compiles
      List<Span> spans = new ArrayList<>();
      RunReport report = once(tandem, requests(c), c.placement, spans);
      if (i >= 0) {
        boolean shortest = real.stream().allMatch(ns -> ns > report.wallNs());
        choices = shortest ? choices(spans) : choices;
        real.add((double) report.wallNs());
      }
    }
    Simulation simulation = Simulator.run(job, c.placement, costs);
    return new Result(
        c,
        simulation.makespanNs(),
        median(real),
        Collections.min(real),
        choices.equals(choices(simulation.spans())));
  }

  /** What each device did. */
  private static Set<List<Object>> choices(List<Span> spans) {
    return spans.stream()
        .filter(s -> s.kind() == Span.Kind.RUN)
        .map(s -> List.<Object>of(s.stage(), s.device(), s.picture(), s.step()))
        .collect(Collectors.toSet());
  }

  private static RunReport once(
      Tandem tandem, List<Request> requests, Placement placement, List<Span> spans) {
    RunReport report =
        tandem.generateAll(
            requests,
            placement,
            new GenerationListener() {
              @Override
              public void onPicture(Picture picture) {}

              @Override
              public void onSpan(Span span) {
                synchronized (spans) {
                  spans.add(span);
                }
              }
            },
            Detail.HOST);
    report.requireWhole();
    if (report.failed() > 0) {
      throw new IllegalStateException(report.failed() + " pictures failed");
    }
    return report;
  }

  /** Prompts that no run before had: what was encoded once is not encoded again. */
  private static List<Request> requests(Case c) {
    return requests(c.pictures, c.prompts, GUIDANCE);
  }

  private static List<Request> requests(int pictures, int prompts, float guidance) {
    runs++;
    List<Request> all = new ArrayList<>();
    for (int i = 0; i < pictures; i++) {
      all.add(
          Request.of("apple " + runs + " " + i % prompts)
              .withNegative("pear " + runs)
              .withSteps(STEPS)
              .withGuidance(guidance)
              .withSeed(i));
    }
    return all;
  }

  /** The two that were wrong once, all strategies on all sets of devices, then random ones. */
  private static List<Case> cases(int count, long seed, Costs costs) {
    List<Case> all = new ArrayList<>();
    all.add(strategy("free", DEVICES.subList(0, 2), 8, 8, costs));
    all.add(strategy("guidance", DEVICES, 8, 8, costs));
    for (int n = 1; n <= DEVICES.size(); n++) {
      List<String> devices = DEVICES.subList(0, n);
      for (Strategy s : Strategies.all()) {
        for (int pictures : List.of(3, 8)) {
          try {
            all.add(strategy(s.name(), devices, pictures, 2, costs));
          } catch (PlacementException e) {
            // needs more devices
          }
        }
      }
    }
    Random random = new Random(seed);
    for (int i = 1; distinct(all).size() < count; i++) {
      List<String> devices = DEVICES.subList(0, 1 + random.nextInt(DEVICES.size()));
      Placement placement = random(random, devices);
      int pictures = 2 + random.nextInt(7);
      int prompts = 1 + random.nextInt(pictures);
      String name = "random " + i + ", " + placement.lanes().size() + " lanes";
      all.add(named(name, devices.size(), placement, pictures, prompts));
    }
    return distinct(all).subList(0, count);
  }

  /** Two strategies may come to the same. */
  private static List<Case> distinct(List<Case> cases) {
    Map<List<Object>, Case> all = new LinkedHashMap<>();
    for (Case c : cases) {
      all.putIfAbsent(List.of(c.placement, c.pictures, c.prompts), c);
    }
    return List.copyOf(all.values());
  }

  private static Case strategy(
      String name, List<String> devices, int pictures, int prompts, Costs costs) {
    Job job = new Job(pictures, prompts + 1, STEPS, true, 128, 128);
    Placement placement = Strategies.of(name).place(job, devices, costs);
    return named(name, devices.size(), placement, pictures, prompts);
  }

  private static Case named(
      String name, int devices, Placement placement, int pictures, int prompts) {
    String text =
        name + ", " + devices + " devices, " + pictures + " pictures, " + prompts + " prompts";
    return new Case(text, placement, pictures, prompts);
  }

  private static Placement random(Random random, List<String> devices) {
    List<Lane> lanes = new ArrayList<>();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      List<DenoisePart> parts = new ArrayList<>();
      for (int p = random.nextInt(3); p > 0; p--) {
        parts.add(DenoisePart.of(1 + random.nextInt(3), any(random, devices)));
      }
      String last = any(random, devices);
      Optional<String> other = Optional.of(any(random, devices)).filter(d -> !d.equals(last));
      parts.add(new DenoisePart(new Steps.Rest(), last, other));
      lanes.add(
          new Lane(1 + random.nextInt(3), some(random, devices), parts, some(random, devices)));
    }
    return Placement.of(lanes)
        .withRingDepth(random.nextInt(4))
        .withOrder(random.nextBoolean() ? Order.PROMPT : Order.FINISHED);
  }

  private static String any(Random random, List<String> devices) {
    return devices.get(random.nextInt(devices.size()));
  }

  private static List<String> some(Random random, List<String> devices) {
    List<String> shuffled = new ArrayList<>(devices);
    Collections.shuffle(shuffled, random);
    return shuffled.subList(0, 1 + random.nextInt(devices.size()));
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2);
  }

  /** What a device's option says, ns. */
  private static double stated(String device, String option) {
    for (String part : device.split(",")) {
      if (part.startsWith(option + "=")) {
        return MS * Double.parseDouble(part.substring(option.length() + 1));
      }
    }
    throw new IllegalArgumentException(device + " states no " + option);
  }

  private static double stated(String device, Work work) {
    return switch (work) {
      case TEXT -> stated(device, "text");
      case STEP -> 2 * stated(device, "unet");
      case HALF_STEP -> stated(device, "unet");
      case DECODE, IMAGE -> stated(device, "vae");
    };
  }

  /** What is measured beside the stated times: medians of runs on one device, ns. */
  private record Extra(Map<Work, Double> callNs, Map<Work, Double> hostNs, double outputNs) {
    private static Extra measure(Tandem tandem) {
      String device = DEVICES.getFirst();
      Map<Work, List<Double>> call = new EnumMap<>(Work.class);
      Map<Work, List<Double>> host = new EnumMap<>(Work.class);
      List<Double> output = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        for (float guidance : List.of(GUIDANCE, 1f)) {
          List<Span> spans = new ArrayList<>();
          once(tandem, requests(8, 8, guidance), Placement.on(device), spans);
          if (i > 1) { // the first two warm up
            Work step = guidance == 1 ? Work.HALF_STEP : Work.STEP;
            read(spans, device, step, call, host, output);
          }
        }
      }
      Map<Work, Double> callNs = new EnumMap<>(Work.class);
      Map<Work, Double> hostNs = new EnumMap<>(Work.class);
      call.forEach((w, ns) -> callNs.put(w, median(ns)));
      host.forEach((w, ns) -> hostNs.put(w, median(ns)));
      return new Extra(callNs, hostNs, median(output));
    }

    private static void read(
        List<Span> spans,
        String device,
        Work step,
        Map<Work, List<Double>> call,
        Map<Work, List<Double>> host,
        List<Double> output) {
      List<Span> runs = new ArrayList<>();
      for (Span s : spans) {
        if (s.kind() == Span.Kind.RUN) {
          runs.add(s);
        } else if (s.kind() == Span.Kind.STAGE && s.stage().equals("output")) {
          output.add((double) s.durationNs());
        }
      }
      runs.sort(Comparator.comparingLong(Span::startNs));
      for (int i = 0; i < runs.size(); i++) {
        Span s = runs.get(i);
        Work work =
            switch (s.stage()) {
              case "encode" -> Work.TEXT;
              case "decode" -> Work.DECODE;
              default -> step;
            };
        call.computeIfAbsent(work, w -> new ArrayList<>())
            .add(s.durationNs() - stated(device, work));
        if (i + 1 < runs.size()) {
          host.computeIfAbsent(work, w -> new ArrayList<>())
              .add((double) runs.get(i + 1).startNs() - s.endNs());
        }
      }
    }

    private void print() {
      System.out.println("beside the stated times, microseconds (medians on one device):");
      callNs.forEach(
          (work, ns) ->
              System.out.printf(
                  Locale.ROOT, "  %-9s call %+7.1f  host %7.1f%n", work, ns / 1e3, hostNs.get(work) / 1e3));
      System.out.printf(Locale.ROOT, "  %-9s %24.1f%n", "OUTPUT", outputNs / 1e3);
    }
  }

  /** The stated times and what was measured beside them. */
  private record Costs(Extra extra) implements SimulationCosts {
    @Override
    public double deviceNs(Work work, String device) {
      return stated(device, work) + extra.callNs.getOrDefault(work, 0.0);
    }

    @Override
    public double hostNs(Work work, String device) {
      return extra.hostNs.getOrDefault(work, 0.0);
    }

    @Override
    public double outputNs() {
      return extra.outputNs;
    }

    @Override
    public double slowdown(String device, Work work, String other, Work otherWork) {
      return 1;
    }

    @Override
    public long bytes(Work work, String device) {
      return 1;
    }

    @Override
    public long memoryBytes(String device) {
      return Long.MAX_VALUE / 4;
    }
  }
}
