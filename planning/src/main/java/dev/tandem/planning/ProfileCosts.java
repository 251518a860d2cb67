package dev.tandem.planning;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.DeviceSpec;
import dev.tandem.devices.profile.DeviceProfile;
import dev.tandem.devices.profile.DeviceProfile.PowerDraw;
import dev.tandem.devices.profile.Interference;
import dev.tandem.devices.profile.Profile;
import dev.tandem.devices.profile.StageCost;
import dev.tandem.graph.Graph;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.PlacementException;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.planning.simulate.SimulationCosts;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.StagePlan;
import dev.tandem.stages.StepCache;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Costs of a job on the machine of a profile. A stage that was measured at the job's size and in
 * the precision of the run is taken as it is; else it is estimated from its graph, and scaled by
 * how far the same estimate was off where the stage was measured, if it can be in that precision.
 * One thread at a time.
 */
public final class ProfileCosts implements SimulationCosts {
  private static final double NS_PER_MS = 1e6;

  /** How many times as long each of two takes that share all of their hardware. */
  private static final double TWINS = 2;

  private final Profile profile;
  private final ModelId model;
  private final ModelPlan plan;

  /** The same without a cache: what profiles measure. */
  private final ModelPlan whole;

  private final RunOptions options;
  private final Job job;
  private final Map<StageCost.Key, GraphWork> works = new HashMap<>();

  /** A simulation asks for the same few costs a hundred thousand times. */
  private final Map<Asked, Double> deviceNs = new HashMap<>();

  private final Map<Asked, Double> hostNs = new HashMap<>();
  private final Map<AskedBeside, Double> slowdowns = new HashMap<>();

  private record Asked(Work work, String device) {}

  private record AskedBeside(Asked asked, Asked beside) {}

  /**
   * Costs of a job.
   *
   * @param options precision and memory limits of the run
   */
  ProfileCosts(Profile profile, ModelId model, ModelPlan plan, RunOptions options, Job job) {
    this.profile = profile;
    this.model = model;
    this.plan = plan;
    this.whole = plan.with(plan.options().withCache(new StepCache.None()));
    this.options = options;
    this.job = job;
  }

  @Override
  public double deviceNs(Work work, String device) {
    return deviceNs.computeIfAbsent(new Asked(work, device), this::deviceNs);
  }

  private double deviceNs(Asked asked) {
    DeviceProfile d = device(asked.device);
    StageCost.Key key = key(asked.work, asked.device);
    return wholeNs(d, key) * cachedShare(d, key);
  }

  private double wholeNs(DeviceProfile d, StageCost.Key key) {
    Optional<StageCost> measured = measured(d, key);
    if (measured.isPresent()) {
      return measured.get().medianMillis() * NS_PER_MS;
    }
    double estimate = work(key).nanos(d);
    return nearest(d, key)
        .map(row -> estimate * row.medianMillis() * NS_PER_MS / work(row.key()).nanos(d))
        .orElse(estimate);
  }

  /** How much of a whole evaluation one costs on average with a cache, by estimates of both. */
  private double cachedShare(DeviceProfile d, StageCost.Key key) {
    if (!isCached(key)) {
      return 1;
    }
    double cached =
        plan.stage(StagePlan.DENOISE).parts().stream()
            .mapToDouble(
                p -> {
                  Graph graph = p.builder().graph(key.batch(), key.width(), key.height());
                  return p.runs() * GraphWork.of(List.of(graph), key.precision()).nanos(d);
                })
            .sum();
    double all = work(key).nanos(d);
    return all > 0 ? cached / all : 1;
  }

  private boolean isCached(StageCost.Key key) {
    return plan.options().cache().takesOver() && CostStage.of(key) == CostStage.UNET;
  }

  @Override
  public double hostNs(Work work, String device) {
    return hostNs.computeIfAbsent(new Asked(work, device), this::hostNs);
  }

  private double hostNs(Asked asked) {
    DeviceProfile d = device(asked.device);
    StageCost.Key key = key(asked.work, asked.device);
    return measured(d, key)
        .or(() -> nearest(d, key))
        .map(row -> row.hostMillis() * NS_PER_MS)
        .orElse(0.0);
  }

  /** True if every stage of the job was measured on the device. */
  public boolean measured(String device) {
    DeviceProfile d = device(device);
    return List.of(Work.TEXT, Work.STEP, Work.DECODE).stream()
        .allMatch(w -> measured(d, key(w, device)).isPresent());
  }

  @Override
  public double outputNs() {
    StageCost.Key key = key(CostStage.OUTPUT, 1, Precision.F32);
    return mostExact(profile.host().stream().filter(row -> row.key().fits(key)))
        .map(row -> row.medianMillis() * NS_PER_MS)
        .orElse(0.0);
  }

  @Override
  public double slowdown(String device, Work work, String other, Work otherWork) {
    return slowdowns.computeIfAbsent(
        new AskedBeside(new Asked(work, device), new Asked(otherWork, other)), this::slowdown);
  }

  private double slowdown(AskedBeside a) {
    return profile.interference().stream()
        .filter(
            i ->
                i.fits(
                    a.asked.device,
                    CostStage.of(a.asked.work).key(),
                    a.beside.device,
                    CostStage.of(a.beside.work).key()))
        .max(Comparator.comparingInt(Interference::exactness))
        .map(Interference::slowdown)
        .orElse(areTwins(a.asked.device, a.beside.device) ? TWINS : 1.0);
  }

  /** All of the same hardware by two names: not parts of it, which are measured as they are. */
  private boolean areTwins(String a, String b) {
    return hardware(a).equals(hardware(b))
        && !DeviceSpec.physical(a).equals(DeviceSpec.physical(b));
  }

  @Override
  public String hardware(String device) {
    return profile
        .device(device)
        .flatMap(DeviceProfile::hardware)
        .orElseGet(() -> DeviceSpec.physical(device));
  }

  @Override
  public Optional<PowerDraw> power(String device) {
    return device(device).power();
  }

  @Override
  public long bytes(Work work, String device) {
    StageCost.Key key = key(work, device);
    return measured(device(device), key)
        .map(StageCost::memoryBytes)
        .filter(b -> b > 0)
        .map(b -> b + cacheBytes(key))
        .orElseGet(() -> work(key).memoryBytes() + cacheBytes(key));
  }

  /** What the networks of a cache need beyond the whole one. */
  private long cacheBytes(StageCost.Key key) {
    return isCached(key)
        ? GraphWork.of(graphs(plan, key), key.precision()).memoryBytes() - work(key).memoryBytes()
        : 0;
  }

  @Override
  public long memoryBytes(String device) {
    long own = device(device).limits().memoryBytes();
    return Math.min(own, options.memoryLimit(device).orElse(own));
  }

  @Override
  public long transferNs(long bytes, String from, String to) {
    double ns = 0;
    for (String d : List.of(from, to)) {
      ns += from.equals(to) ? 0 : profile.link(d).map(l -> l.nanos(bytes)).orElse(0.0);
    }
    return Math.round(ns);
  }

  private DeviceProfile device(String id) {
    return profile
        .device(id)
        .orElseThrow(
            () ->
                new PlacementException(
                    "profile '"
                        + profile.name()
                        + "' has no device '"
                        + id
                        + "'; it has "
                        + profile.devices().stream().map(DeviceProfile::id).toList()));
  }

  private StageCost.Key key(Work work, String device) {
    int batch = work == Work.STEP && job.guided() ? 2 : 1;
    return key(CostStage.of(work), batch, options.compile(device).precision());
  }

  private StageCost.Key key(CostStage stage, int batch, Precision precision) {
    return new StageCost.Key(
        model.name(stage),
        model.digest(),
        stage.key(),
        job.width(),
        job.height(),
        batch,
        precision);
  }

  /** Text does not depend on the picture's size. */
  private static Optional<StageCost> measured(DeviceProfile d, StageCost.Key key) {
    boolean text = key.stage().equals(CostStage.TEXT.key());
    return mostExact(
        sameStage(d, key)
            .filter(s -> s.key().precision() == key.precision())
            .filter(s -> text || s.key().fits(key)));
  }

  /**
   * The measurement of the same stage of the same model whose size is most alike; one in the same
   * precision comes first.
   */
  private static Optional<StageCost> nearest(DeviceProfile d, StageCost.Key key) {
    double wanted = Math.log((double) key.width() * key.height() * key.batch());
    return sameStage(d, key)
        .min(
            Comparator.comparing((StageCost s) -> s.key().precision() != key.precision())
                .thenComparingDouble(
                    s -> Math.abs(Math.log((double) s.width() * s.height() * s.batch()) - wanted)));
  }

  private static Stream<StageCost> sameStage(DeviceProfile d, StageCost.Key key) {
    return d.stages().stream()
        .filter(s -> s.stage().equals(key.stage()) && s.key().hasModelOf(key));
  }

  /** One that names the very model comes before one that fits all of its name. */
  private static Optional<StageCost> mostExact(Stream<StageCost> all) {
    return all.min(Comparator.comparing(s -> s.modelDigest().isEmpty()));
  }

  private GraphWork work(StageCost.Key key) {
    return works.computeIfAbsent(key, k -> GraphWork.of(graphs(whole, k), k.precision()));
  }

  private static List<Graph> graphs(ModelPlan plan, StageCost.Key key) {
    return CostStage.of(key)
        .planned()
        .map(name -> plan.stage(name).graphs(key.batch(), key.width(), key.height()))
        .orElse(List.of());
  }
}
