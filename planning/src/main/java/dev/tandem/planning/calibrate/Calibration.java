package dev.tandem.planning.calibrate;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.profile.DeviceProfile.PowerDraw;
import dev.tandem.devices.profile.Interference;
import dev.tandem.devices.profile.Profile;
import dev.tandem.devices.profile.Range;
import dev.tandem.devices.profile.StageCost;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.planning.CostStage;
import dev.tandem.planning.ModelId;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.checkpoint.ModelFolder;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Measures the devices of this machine with the stages of a model. */
public final class Calibration {
  private static final int WARM_UP = 2;
  private static final int RUNS_A_TURN = 2;
  private static final long IDLE_MILLIS = 1000;

  private final ModelPlan plan;
  private final ModelId modelId;
  private final RunOptions options;
  private final Effort effort;
  private final Consumer<String> progress;
  private final SystemSensors sensors = new SystemSensors(Path.of("/"));

  /**
   * How much to measure.
   *
   * @param sizes of pictures, pixels; empty for the model's own
   * @param turns in which every stage of every device is run, at least 1
   * @param pairRuns of each stage while another device is busy
   */
  public record Effort(List<Size> sizes, int turns, int pairRuns) {
    public static final Effort USUAL = new Effort(List.of(), 9, 6);

    public Effort {
      sizes = List.copyOf(sizes);
      if (turns < 1 || pairRuns < 1) {
        throw new IllegalArgumentException(
            "turns and pairRuns must be at least 1, got " + turns + " and " + pairRuns);
      }
    }
  }

  /** Size of a picture, pixels. */
  public record Size(int width, int height) {
    public Size {
      Request.requireSize(width, height);
    }
  }

  /**
   * Prepares a calibration.
   *
   * @param folder of the model, in the diffusers layout
   * @param options precision of each device, and in which form the model is measured
   * @param progress told in a line what is being measured
   */
  public Calibration(Path folder, RunOptions options, Effort effort, Consumer<String> progress) {
    this.plan = ModelPlan.of(ModelFolder.open(folder), options.model());
    this.modelId = ModelId.of(plan);
    this.options = options;
    this.effort = effort;
    this.progress = progress;
  }

  /** This machine, of which nothing is known yet. */
  public static Profile blank() {
    SystemSensors sensors = new SystemSensors(Path.of("/"));
    return Profile.of("this machine", sensors.machine());
  }

  /**
   * Measures devices and the pairs of them.
   *
   * @param ids as {@code Devices.open} takes them
   * @throws dev.tandem.devices.DeviceException if a device does not exist or cannot run the model
   */
  public Measurements measure(List<String> ids) throws InterruptedException {
    List<DeviceBench> benches = new ArrayList<>();
    long throttled = sensors.throttleCount();
    try {
      for (String id : ids) {
        progress.accept("compiling for " + id);
        Device device = Devices.open(id);
        List<StageCost.Key> keys = keys(options.compile(id).precision());
        keys.forEach(key -> StageBench.requireMemory(key, plan, device));
        benches.add(new DeviceBench(id, device, keys, plan));
      }
      Optional<Double> idle = idleWatts();
      for (DeviceBench bench : benches) {
        progress.accept("measuring operations on " + bench.id());
        bench.measureOperations();
      }
      for (int turn = 0; turn < effort.turns; turn++) {
        progress.accept("stages, turn " + (turn + 1) + " of " + effort.turns);
        for (DeviceBench bench : benches) {
          bench.turn(RUNS_A_TURN);
        }
      }
      List<PowerDraw> power = new ArrayList<>();
      for (DeviceBench bench : benches) {
        busyWatts(bench)
            .flatMap(busy -> idle.map(w -> new PowerDraw(Math.max(busy, w), w)))
            .ifPresent(power::add);
      }
      List<Interference> pairs = pairs(benches);
      return new Measurements(
          sensors.machine(),
          sensors.source(),
          sensors.throttleCount() > throttled,
          IntStream.range(0, benches.size())
              .mapToObj(
                  i ->
                      benches
                          .get(i)
                          .profile(
                              power.size() == benches.size()
                                  ? Optional.of(power.get(i))
                                  : Optional.empty()))
              .toList(),
          benches.stream().map(DeviceBench::link).toList(),
          pairs,
          new OutputBench(modelId).costs(sizes()),
          LocalDate.now(java.time.ZoneId.systemDefault()));
    } finally {
      benches.forEach(DeviceBench::close);
    }
  }

  private List<Size> sizes() {
    if (!effort.sizes.isEmpty()) {
      return effort.sizes;
    }
    return List.of(new Size(plan.ownWidth(), plan.ownHeight()));
  }

  private List<StageCost.Key> keys(Precision precision) {
    List<StageCost.Key> keys = new ArrayList<>();
    for (Size s : sizes()) {
      if (keys.isEmpty()) {
        keys.add(key(CostStage.TEXT, s, 1, precision));
      }
      keys.add(key(CostStage.UNET, s, 2, precision));
      keys.add(key(CostStage.UNET, s, 1, precision));
      keys.add(key(CostStage.VAE, s, 1, precision));
    }
    return keys;
  }

  private StageCost.Key key(CostStage stage, Size s, int batch, Precision precision) {
    return new StageCost.Key(
        modelId.name(stage), modelId.digest(), stage.key(), s.width, s.height, batch, precision);
  }

  /** U-Net and VAE of the first size against each other, on each pair of devices. */
  private List<Interference> pairs(List<DeviceBench> benches) throws InterruptedException {
    List<Interference> all = new ArrayList<>();
    for (int i = 0; i < benches.size(); i++) {
      for (int j = i + 1; j < benches.size(); j++) {
        DeviceBench a = benches.get(i);
        DeviceBench b = benches.get(j);
        progress.accept("measuring " + a.id() + " and " + b.id() + " at once");
        for (CostStage one : List.of(CostStage.UNET, CostStage.VAE)) {
          for (CostStage two : List.of(CostStage.UNET, CostStage.VAE)) {
            PairBench pair = PairBench.of(a.stage(one), b.stage(two), effort.pairRuns);
            all.add(interference(a.id(), one, b.id(), two, pair.first()));
            all.add(interference(b.id(), two, a.id(), one, pair.second()));
          }
        }
      }
    }
    return all;
  }

  private static Interference interference(
      String device, CostStage stage, String other, CostStage otherStage, double slowdown) {
    return new Interference(
        device,
        Optional.of(stage.key()),
        other,
        Optional.of(otherStage.key()),
        Rounding.of(slowdown, Range.SLOWDOWN));
  }

  private Optional<Double> idleWatts() throws InterruptedException {
    if (sensors.joules().isEmpty()) {
      return Optional.empty();
    }
    double before = sensors.joules().orElseThrow();
    long start = System.nanoTime();
    Thread.sleep(IDLE_MILLIS);
    return watts(before, start);
  }

  private Optional<Double> busyWatts(DeviceBench bench) {
    OptionalDouble before = sensors.joules();
    if (before.isEmpty() || !bench.onPackage()) {
      return Optional.empty();
    }
    long start = System.nanoTime();
    while (System.nanoTime() - start < IDLE_MILLIS * 1_000_000) {
      bench.stage(CostStage.UNET).run();
    }
    return watts(before.getAsDouble(), start);
  }

  private Optional<Double> watts(double joulesBefore, long startNs) {
    OptionalDouble after = sensors.joules();
    double seconds = (System.nanoTime() - startNs) / 1e9;
    // The counter starts again at 0 now and then.
    return after.isEmpty() || after.getAsDouble() < joulesBefore
        ? Optional.empty()
        : Optional.of(Rounding.of((after.getAsDouble() - joulesBefore) / seconds, Range.AMOUNT));
  }

  static int warmUp() {
    return WARM_UP;
  }
}
