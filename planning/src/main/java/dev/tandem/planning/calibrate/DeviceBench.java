package dev.tandem.planning.calibrate;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.profile.DeviceProfile;
import dev.tandem.devices.profile.DeviceProfile.Limits;
import dev.tandem.devices.profile.DeviceProfile.PowerDraw;
import dev.tandem.devices.profile.Link;
import dev.tandem.devices.profile.OperationCost;
import dev.tandem.devices.profile.Range;
import dev.tandem.devices.profile.StageCost;
import dev.tandem.planning.CostStage;
import dev.tandem.planning.calibrate.StageBench.Sample;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.StagePlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All stages on one device, and what has been measured of them so far. */
final class DeviceBench implements AutoCloseable {
  private final String id;
  private final Device device;
  private final boolean f16;
  private final Map<StageBench, List<Sample>> samples = new LinkedHashMap<>();
  private final Link link;
  private List<OperationCost> operations = List.of();
  private DeviceProfile.Peak peak = new DeviceProfile.Peak(1, 1);

  /** Compiles the stages and runs each a few times; closes the device if that fails. */
  DeviceBench(String id, Device device, List<StageCost.Key> keys, ModelPlan plan) {
    this.id = id;
    this.device = device;
    boolean done = false;
    try {
      for (StageCost.Key key : keys) {
        StageBench stage = new StageBench(key, plan, device);
        samples.put(stage, new ArrayList<>());
        for (int i = 0; i < Calibration.warmUp(); i++) {
          stage.run();
        }
      }
      link = LinkBench.of(id, device);
      f16 = computesHalf(plan);
      done = true;
    } finally {
      if (!done) {
        device.close();
      }
    }
  }

  private boolean computesHalf(ModelPlan plan) {
    try {
      device.estimate(
          plan.stage(StagePlan.TEXT).graphs(1, 0, 0).getFirst(), new CompileOptions(Precision.F16));
      return true;
    } catch (DeviceException e) {
      return false; // that is the answer
    }
  }

  String id() {
    return id;
  }

  Link link() {
    return link;
  }

  /** Whether the processor's energy counter includes this device. */
  boolean onPackage() {
    DeviceInfo.Type type = device.info().type();
    return type == DeviceInfo.Type.CPU || type == DeviceInfo.Type.INTEGRATED_GPU;
  }

  /** The stage in its first size; of U-Nets the guided one. */
  StageBench stage(CostStage wanted) {
    return samples.keySet().stream()
        .filter(s -> CostStage.of(s.key()) == wanted)
        .findFirst()
        .orElseThrow();
  }

  void measureOperations() {
    OperationBench bench = OperationBench.of(samples.keySet());
    operations = bench.costs();
    peak = bench.peak();
  }

  /** Runs each stage a few times. */
  void turn(int runs) {
    samples.forEach(
        (stage, list) -> {
          for (int i = 0; i < runs; i++) {
            list.add(stage.run());
          }
        });
  }

  DeviceProfile profile(Optional<PowerDraw> power) {
    DeviceInfo info = device.info();
    return new DeviceProfile(
        id,
        info.name(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(info.driver()),
        device.hardware(),
        info.type(),
        info.computeUnits(),
        f16,
        info.type() != DeviceInfo.Type.DISCRETE_GPU,
        new Limits(bytes(device.memoryLimit().total()), bytes(device.memoryLimit().largest())),
        peak,
        power,
        operations,
        samples.entrySet().stream().map(e -> cost(e.getKey(), e.getValue())).toList());
  }

  private static long bytes(long limit) {
    return (long) Range.BYTES.clamp((double) limit);
  }

  private static StageCost cost(StageBench stage, List<Sample> samples) {
    Statistics device = Statistics.of(samples.stream().map(Sample::deviceNs).toList());
    Statistics host = Statistics.of(samples.stream().map(Sample::hostNs).toList());
    StageCost.Key key = stage.key();
    return new StageCost(
        key.model(),
        key.modelDigest(),
        key.stage(),
        key.width(),
        key.height(),
        key.batch(),
        Optional.of(key.precision()),
        Rounding.of(device.median() / 1e6, Range.MILLIS),
        Rounding.of(device.mad() / 1e6, Range.AMOUNT),
        Rounding.of(host.median() / 1e6, Range.AMOUNT),
        Rounding.of(stage.compileNs() / 1e6, Range.AMOUNT),
        stage.memoryBytes());
  }

  @Override
  public void close() {
    device.close();
  }
}
