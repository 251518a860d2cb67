package dev.tandem.planning.strategy;

import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.StageCosts;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/** How long each device works for one picture: the busiest one bounds the pictures per second. */
final class DeviceLoad {
  /** The least bottleneck first; of equals, the least work. */
  static final Comparator<DeviceLoad> BEST_FIRST =
      Comparator.comparingDouble(DeviceLoad::bottleneckNs).thenComparingDouble(DeviceLoad::workNs);

  private final Job job;
  private final StageCosts costs;
  private final Map<String, Double> ns = new HashMap<>();

  DeviceLoad(Job job, StageCosts costs) {
    this.job = job;
    this.costs = costs;
  }

  /** All on one device. */
  static DeviceLoad of(Job job, StageCosts costs, String device) {
    return new DeviceLoad(job, costs).text(device).steps(device, job.evaluations()).decode(device);
  }

  /** The picture's part of encoding: prompts are encoded once, whatever number of pictures. */
  DeviceLoad text(String device) {
    return add(device, (double) costs.ns(Work.TEXT, device) * job.prompts() / job.pictures());
  }

  DeviceLoad steps(String device, int count) {
    return add(device, (double) count * costs.ns(Work.STEP, device));
  }

  DeviceLoad halfSteps(String device) {
    return add(device, (double) job.evaluations() * costs.ns(Work.HALF_STEP, device));
  }

  DeviceLoad decode(String device) {
    return add(device, (double) costs.ns(Work.DECODE, device));
  }

  private DeviceLoad add(String device, double more) {
    ns.merge(device, more, Double::sum);
    return this;
  }

  double bottleneckNs() {
    return ns.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
  }

  double workNs() {
    return ns.values().stream().mapToDouble(Double::doubleValue).sum();
  }
}
