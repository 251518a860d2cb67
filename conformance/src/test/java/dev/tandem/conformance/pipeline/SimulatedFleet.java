package dev.tandem.conformance.pipeline;

import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.simulated.Faults;
import dev.tandem.devices.simulated.FaultyDevice;
import dev.tandem.devices.simulated.SimulatedCosts;
import dev.tandem.devices.simulated.SimulatedDevice;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.engine.VirtualTime;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.request.VaeTiling;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.result.RunReport;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.timeline.SpanList;
import dev.tandem.orchestrator.wiring.Watchdog;
import dev.tandem.stages.ModelOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Simulated devices {@code a}, {@code b}... in virtual time, and what became of a run on them. */
final class SimulatedFleet {
  static final long MS = 1_000_000;

  /** A picture decoded in tiles is another picture. */
  private static final VaeTiling UNTILED = new VaeTiling(VaeTiling.Mode.OFF, 0);

  private static final Watchdog WATCHDOG =
      new Watchdog(10, Duration.ofSeconds(1), Duration.ofMinutes(1));

  private final VirtualTime time;
  private final Map<String, Device> devices = new LinkedHashMap<>();
  private final Map<String, SimulatedDevice> simulated = new LinkedHashMap<>();

  /** What came out of a run. */
  record Outcome(
      RunReport report,
      List<Span> spans,
      List<Integer> order,
      Map<Integer, byte[]> rgb,
      int failures) {
    /** Every end of a picture, good or bad, in the order it was told. */
    int ends() {
      return order.size();
    }
  }

  SimulatedFleet() {
    this(1);
  }

  /** Devices of which each takes so many times as long while another one is at work. */
  SimulatedFleet(double slowdown) {
    time = new VirtualTime((device, work, other, otherWork) -> slowdown);
  }

  SimulatedFleet add(String id, long textMs, long unetMs, long vaeMs, Faults faults) {
    return add(id, textMs, unetMs, vaeMs, 16L << 30, faults);
  }

  SimulatedFleet add(
      String id, long textMs, long unetMs, long vaeMs, long memoryBytes, Faults faults) {
    SimulatedCosts costs =
        new SimulatedCosts.StageTimes(
            Map.of("text", textMs * MS, "unet", unetMs * MS, "vae", vaeMs * MS),
            new SimulatedCosts.Rates(1e12, 1e11, 0));
    return add(id, costs, memoryBytes, faults);
  }

  SimulatedFleet add(String id, SimulatedCosts costs, long memoryBytes, Faults faults) {
    DeviceInfo info =
        new DeviceInfo(id, "simulated", DeviceInfo.Type.ACCELERATOR, 1, memoryBytes, "test");
    SimulatedDevice device = new SimulatedDevice(info, costs, time::spend);
    simulated.put(id, device);
    devices.put(id, new FaultyDevice(device, faults, time::spend));
    return this;
  }

  VirtualTime time() {
    return time;
  }

  SimulatedDevice device(String id) {
    return simulated.get(id);
  }

  Tandem open(Path model, Placement placement) {
    return open(model, placement, ModelOptions.DEFAULT, WATCHDOG);
  }

  Tandem open(Path model, Placement placement, ModelOptions form, Watchdog watchdog) {
    RunOptions options = RunOptions.DEFAULT.withTiling(UNTILED).withModel(form);
    return Tandem.open(model, placement, options, this::find, time, watchdog);
  }

  private Device find(String id) {
    Device d = devices.get(id);
    if (d == null) {
      throw new DeviceException("no simulated device '" + id + "'");
    }
    return d;
  }

  Outcome run(Path model, Placement placement, ModelOptions form, List<Request> requests) {
    try (Tandem tandem = open(model, placement, form, WATCHDOG)) {
      return run(tandem, placement, requests);
    }
  }

  Outcome run(Path model, Placement placement, List<Request> requests) {
    try (Tandem tandem = open(model, placement)) {
      return run(tandem, placement, requests);
    }
  }

  static Outcome run(Tandem tandem, Placement placement, List<Request> requests) {
    List<Integer> order = new ArrayList<>();
    Map<Integer, byte[]> rgb = new LinkedHashMap<>();
    int[] failures = {0};
    SpanList spans = new SpanList();
    RunReport report =
        tandem.generateAll(
            requests,
            placement,
            new GenerationListener() {
              @Override
              public void onPicture(Picture picture) {
                order.add(picture.index());
                rgb.put(picture.index(), picture.rgb());
              }

              @Override
              public void onSpan(Span span) {
                spans.accept(span);
              }

              @Override
              public void onFailure(int index, Request request, Throwable cause) {
                order.add(index);
                failures[0]++;
              }
            },
            Detail.HOST);
    return new Outcome(report, spans.spans(), order, rgb, failures[0]);
  }
}
