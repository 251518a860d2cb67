package dev.tandem.orchestrator.execution;

import dev.tandem.devices.Device;
import dev.tandem.orchestrator.DeviceOptions;
import dev.tandem.orchestrator.pipeline.Threading;
import dev.tandem.stages.ModelPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** All devices that were used so far, opened when first asked for. One thread opens and closes. */
final class Fleet implements AutoCloseable {
  private final ModelPlan model;
  private final Function<String, Device> opener;
  private final DeviceOptions options;
  private final Threading threading;
  private final LiveCosts costs = new LiveCosts();
  private final Map<String, FleetDevice> devices = new LinkedHashMap<>();

  Fleet(
      ModelPlan model,
      Function<String, Device> opener,
      DeviceOptions options,
      Threading threading) {
    this.model = model;
    this.opener = opener;
    this.options = options;
    this.threading = threading;
  }

  LiveCosts costs() {
    return costs;
  }

  Threading threading() {
    return threading;
  }

  /**
   * The device of that name.
   *
   * @throws dev.tandem.devices.DeviceException if there is none
   */
  FleetDevice get(String id) {
    FleetDevice known = devices.get(id);
    if (known == null) {
      known = open(id);
      devices.put(id, known);
    }
    return known;
  }

  private FleetDevice open(String id) {
    Device device = opener.apply(id);
    DeviceStages stages = new DeviceStages(model, device, options.compile(id));
    DeviceQueue queue =
        switch (threading) {
          case Threading.Threads _ -> new ThreadedQueue(id, stages::close);
          case Threading.Threadless t -> new VirtualQueue(id, t.clock(), stages::close);
        };
    return new FleetDevice(queue, device, stages, costs);
  }

  /** A run begins: devices that failed in an earlier one get another chance. */
  List<FleetDevice> begin(List<String> ids) {
    List<FleetDevice> all = ids.stream().map(this::get).toList();
    all.forEach(FleetDevice::begin);
    return all;
  }

  @Override
  public void close() {
    Optional<RuntimeException> first = Optional.empty();
    for (FleetDevice d : new ArrayList<>(devices.values())) {
      try {
        d.queue().close();
      } catch (RuntimeException e) { // the others must be closed too
        first = first.or(() -> Optional.of(e));
      }
    }
    devices.clear();
    if (first.isPresent()) {
      throw first.get();
    }
  }
}
