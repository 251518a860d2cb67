package dev.tandem.planning.simulate;

import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.timeline.Span;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Devices that do one run at a time, first come first served. While others are busy a run goes on
 * more slowly; whenever one starts or ends, the ends of all others are computed anew.
 */
final class SimulatedDevices {
  private final EventQueue events;
  private final SimulationCosts costs;
  private final Map<String, Device> devices = new LinkedHashMap<>();
  private final List<Span> spans = new ArrayList<>();
  private Runnable onEnd = () -> {};
  private double settledNs;
  private double anyNs;
  private double twoNs;

  SimulatedDevices(EventQueue events, SimulationCosts costs, Iterable<String> ids) {
    this.events = events;
    this.costs = costs;
    ids.forEach(id -> devices.put(id, new Device(id)));
  }

  /** What a run is for. */
  record Purpose(Work work, String stage, int picture, int step) {}

  private static final class Run {
    private final Purpose purpose;
    private final Runnable done;
    private double leftNs;

    private Run(Purpose purpose, double leftNs, Runnable done) {
      this.purpose = purpose;
      this.leftNs = leftNs;
      this.done = done;
    }
  }

  private static final class Device {
    private final String id;
    private final Deque<Run> queue = new ArrayDeque<>();
    private Optional<Run> running = Optional.empty();
    private Optional<EventQueue.Event> end = Optional.empty();
    private double startNs;
    private double settledNs;
    private double slowdown = 1;
    private double busyNs;

    private Device(String id) {
      this.id = id;
    }
  }

  /** Runs work on a device when its turn comes. */
  void run(String device, Purpose purpose, double ns, Runnable done) {
    Device d = devices.get(device);
    d.queue.add(new Run(purpose, ns, done));
    if (d.running.isEmpty()) {
      startNext(d);
    }
  }

  /** Told after every run's end. */
  void onEnd(Runnable listener) {
    onEnd = listener;
  }

  /** The {@link Span.Kind#RUN} spans so far. */
  List<Span> spans() {
    return List.copyOf(spans);
  }

  /** Time that a device computed so far, ns. */
  double busyNs(String device) {
    return devices.get(device).busyNs;
  }

  /** Time with at least one device busy so far, ns. */
  double anyNs() {
    return anyNs;
  }

  /** Time with two or more devices busy so far, ns. */
  double twoNs() {
    return twoNs;
  }

  /** Counts the time since a device started or ended last. */
  private void settle() {
    long busy = devices.values().stream().filter(d -> d.running.isPresent()).count();
    double ns = events.nowNs() - settledNs;
    anyNs += busy >= 1 ? ns : 0;
    twoNs += busy >= 2 ? ns : 0;
    settledNs = events.nowNs();
  }

  private void startNext(Device d) {
    settle();
    Run next = d.queue.poll();
    d.running = Optional.ofNullable(next);
    d.startNs = events.nowNs();
    d.settledNs = events.nowNs();
    d.slowdown = 1;
    reschedule();
  }

  private void reschedule() {
    for (Device d : devices.values()) {
      d.end.ifPresent(EventQueue.Event::callOff);
      d.end = Optional.empty();
      if (d.running.isPresent()) {
        Run run = d.running.get();
        run.leftNs = Math.max(0, run.leftNs - (events.nowNs() - d.settledNs) / d.slowdown);
        d.settledNs = events.nowNs();
        d.slowdown = slowdown(d, run);
        d.end = Optional.of(events.after(run.leftNs * d.slowdown, () -> ended(d)));
      }
    }
  }

  /** The slowdowns by each of the others, multiplied. */
  private double slowdown(Device d, Run run) {
    double factor = 1;
    for (Device other : devices.values()) {
      if (other != d && other.running.isPresent()) {
        factor *=
            costs.slowdown(d.id, run.purpose.work(), other.id, other.running.get().purpose.work());
      }
    }
    return factor;
  }

  private void ended(Device d) {
    Run run = d.running.orElseThrow();
    d.busyNs += events.nowNs() - d.startNs;
    Purpose p = run.purpose;
    spans.add(
        new Span(
            Span.Kind.RUN,
            p.stage(),
            d.id,
            p.picture(),
            p.step(),
            Math.round(d.startNs),
            Math.round(events.nowNs())));
    d.end = Optional.empty();
    startNext(d);
    run.done.run();
    onEnd.run();
  }
}
