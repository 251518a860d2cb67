package dev.tandem.planning;

import dev.tandem.devices.profile.DeviceProfile;
import dev.tandem.devices.profile.DeviceProfile.PowerDraw;
import dev.tandem.devices.profile.Interference;
import dev.tandem.devices.profile.Profile;
import dev.tandem.devices.profile.StageCost;
import dev.tandem.devices.profile.StageCost.Stage;
import dev.tandem.graph.Graph;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.PlacementException;
import dev.tandem.planning.simulate.SimulationCosts;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.StagePlan;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Costs of a job on the machine of a profile. A stage that was measured at the job's size is taken
 * as it is; else it is estimated from its graph, and scaled by how far the same estimate was off
 * where the stage was measured. One thread at a time.
 */
public final class ProfileCosts implements SimulationCosts {
  private static final double NS_PER_MS = 1e6;

  private final Profile profile;
  private final String model;
  private final ModelPlan plan;
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
   * @param model the model's name in the profile: that of its folder
   */
  public ProfileCosts(Profile profile, String model, ModelPlan plan, Job job) {
    this.profile = profile;
    this.model = model;
    this.plan = plan;
    this.job = job;
  }

  @Override
  public double deviceNs(Work work, String device) {
    return deviceNs.computeIfAbsent(new Asked(work, device), this::deviceNs);
  }

  private double deviceNs(Asked asked) {
    DeviceProfile d = device(asked.device);
    StageCost.Key key = key(asked.work);
    Optional<StageCost> measured = measured(d, key);
    if (measured.isPresent()) {
      return measured.get().medianMillis() * NS_PER_MS;
    }
    double estimate = work(key).nanos(d);
    return nearest(d, key)
        .map(row -> estimate * row.medianMillis() * NS_PER_MS / work(row.key()).nanos(d))
        .orElse(estimate);
  }

  @Override
  public double hostNs(Work work, String device) {
    return hostNs.computeIfAbsent(new Asked(work, device), this::hostNs);
  }

  private double hostNs(Asked asked) {
    DeviceProfile d = device(asked.device);
    StageCost.Key key = key(asked.work);
    return measured(d, key)
        .or(() -> nearest(d, key))
        .map(row -> row.hostMillis() * NS_PER_MS)
        .orElse(0.0);
  }

  /** True if every stage of the job was measured on the device. */
  public boolean measured(String device) {
    DeviceProfile d = device(device);
    return List.of(Work.TEXT, Work.STEP, Work.DECODE).stream()
        .allMatch(w -> measured(d, key(w)).isPresent());
  }

  @Override
  public double outputNs() {
    StageCost.Key key = new StageCost.Key(model, Stage.OUTPUT, job.width(), job.height(), 1);
    return profile.host().stream()
        .filter(row -> row.key().equals(key))
        .mapToDouble(row -> row.medianMillis() * NS_PER_MS)
        .findFirst()
        .orElse(0);
  }

  @Override
  public double slowdown(String device, Work work, String other, Work otherWork) {
    return slowdowns.computeIfAbsent(
        new AskedBeside(new Asked(work, device), new Asked(otherWork, other)), this::slowdown);
  }

  private double slowdown(AskedBeside a) {
    return profile.interference().stream()
        .filter(
            i -> i.fits(a.asked.device, stage(a.asked.work), a.beside.device, stage(a.beside.work)))
        .max(Comparator.comparingInt(Interference::exactness))
        .map(Interference::slowdown)
        .orElse(1.0);
  }

  @Override
  public Optional<PowerDraw> power(String device) {
    return device(device).power();
  }

  @Override
  public long bytes(Work work, String device) {
    StageCost.Key key = key(work);
    return measured(device(device), key)
        .map(StageCost::memoryBytes)
        .filter(b -> b > 0)
        .orElseGet(() -> work(key).memoryBytes());
  }

  @Override
  public long memoryBytes(String device) {
    return device(device).limits().memoryBytes();
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

  private StageCost.Key key(Work work) {
    int batch = work == Work.STEP && job.guided() ? 2 : 1;
    return new StageCost.Key(model, stage(work), job.width(), job.height(), batch);
  }

  private static Stage stage(Work work) {
    return switch (work) {
      case TEXT -> Stage.TEXT;
      case STEP, HALF_STEP -> Stage.UNET;
      case DECODE -> Stage.VAE;
    };
  }

  /** Text does not depend on the picture's size. */
  private static Optional<StageCost> measured(DeviceProfile d, StageCost.Key key) {
    return d.stages().stream()
        .filter(
            s ->
                s.key().equals(key)
                    || (s.stage() == Stage.TEXT
                        && key.stage() == Stage.TEXT
                        && s.model().equals(key.model())))
        .findFirst();
  }

  /** The measurement of the same stage of the same model whose size is most alike. */
  private static Optional<StageCost> nearest(DeviceProfile d, StageCost.Key key) {
    double wanted = Math.log((double) key.width() * key.height() * key.batch());
    return d.stages().stream()
        .filter(s -> s.stage() == key.stage() && s.model().equals(key.model()))
        .min(
            Comparator.comparingDouble(
                s -> Math.abs(Math.log((double) s.width() * s.height() * s.batch()) - wanted)));
  }

  private GraphWork work(StageCost.Key key) {
    return works.computeIfAbsent(key, k -> GraphWork.of(graphs(k)));
  }

  private List<Graph> graphs(StageCost.Key key) {
    return planned(key.stage())
        .map(name -> plan.stage(name).graphs(key.batch(), key.width(), key.height()))
        .orElse(List.of());
  }

  /** The key of what a profile calls a stage; none for what runs on no device. */
  public static Optional<String> planned(Stage stage) {
    return switch (stage) {
      case TEXT -> Optional.of(StagePlan.TEXT);
      case UNET -> Optional.of(StagePlan.DENOISE);
      case VAE -> Optional.of(StagePlan.DECODE);
      case OUTPUT -> Optional.empty();
    };
  }
}
