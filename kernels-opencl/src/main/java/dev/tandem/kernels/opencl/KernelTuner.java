package dev.tandem.kernels.opencl;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.cases.NodeCase;
import dev.tandem.devices.cases.OpCase;
import dev.tandem.devices.profile.Profile;
import dev.tandem.devices.profile.ProfileFile;
import dev.tandem.devices.profile.ThisMachine;
import dev.tandem.devices.profile.TunableEntry;
import dev.tandem.devices.tuning.TunedOperation;
import dev.tandem.devices.tuning.TuningListener;
import dev.tandem.devices.tuning.TuningRequest;
import dev.tandem.devices.tuning.TuningRequest.Workload;
import dev.tandem.devices.tuning.TuningResult;
import dev.tandem.graph.Cost;
import dev.tandem.graph.Fusion;
import dev.tandem.graph.Node;
import dev.tandem.kernels.opencl.plan.KernelSource;
import dev.tandem.kernels.opencl.plan.Lookup;
import dev.tandem.kernels.opencl.plan.TunableTable;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Tunes the operations of some graphs, those that take most time first, each for its share of the
 * time that is left. Winners go into the profile at once.
 */
final class KernelTuner {
  /** What is too short for a few combinations is left to the next run. */
  private static final long LEAST_SLICE_NS = TimeUnit.SECONDS.toNanos(3);

  /** Of the budget, for measuring what takes how long. */
  private static final double MEASURING = 0.2;

  private record Task(OpCase operation, double runs) {}

  private record Measured(OpCase operation, double weight) {}

  private final OpenClDevice device;
  private final TuningRequest request;
  private final TuningListener listener;
  private final Set<String> known = new HashSet<>();
  private final long startNs = System.nanoTime();
  private TunableTable base;

  KernelTuner(OpenClDevice device, TuningRequest request, TuningListener listener) {
    this.device = device;
    this.request = request;
    this.listener = listener;
    Optional<Profile> profile =
        Optional.of(request.profile()).filter(Files::exists).map(ProfileFile::load);
    this.base = request.again() ? TunableTable.of(Optional.empty()) : TunableTable.of(profile);
    if (!request.again()) {
      profile.ifPresent(p -> p.tunables().forEach(this::learn));
    }
  }

  private void learn(TunableEntry e) {
    if (e.device().equals(Optional.of(device.cl().device().name()))
        && e.shape().isPresent()
        && e.kernelVersion().equals(Optional.of(KernelSource.version(e.kernel())))) {
      known.add(new Lookup(e.kernel(), e.shape().get()).toString());
    }
  }

  TuningResult tune() {
    TunableTable before = device.tunables();
    try {
      return tuneAll();
    } finally {
      device.tunables(before.with(base.entries()));
    }
  }

  private TuningResult tuneAll() {
    List<Task> pending = new ArrayList<>();
    int knownTasks = 0;
    device.tunables(base);
    for (Task t : tasks()) {
      Set<Lookup> tunable = OperationSearch.tunable(device.lookups(t.operation().graph()).keySet());
      if (!tunable.isEmpty() && tunable.stream().allMatch(l -> known.contains(l.toString()))) {
        knownTasks++;
      } else if (!tunable.isEmpty()) {
        pending.add(t);
      }
    }
    OperationSearch search =
        new OperationSearch(device, listener, request.cancelled(), known, this::progressOf);
    List<Measured> order = measure(pending, search);
    List<TunedOperation> tuned = new ArrayList<>();
    double all = order.stream().mapToDouble(Measured::weight).sum();
    double left = all;
    for (Measured m : order) {
      long now = System.nanoTime();
      if (request.cancelled().getAsBoolean() || now >= endNs()) {
        break;
      }
      long share = (long) ((endNs() - now) * (m.weight() / left));
      long slice = Math.max(share, Math.min(LEAST_SLICE_NS, request.budget().toNanos() / 10));
      left -= m.weight();
      search.at(tuned.size(), order.size());
      Optional<OperationSearch.Found> found = search.search(m.operation(), base, now + slice);
      found.ifPresent(
          f -> {
            store(f.entries());
            TunedOperation t = f.told(m.weight() / all);
            tuned.add(t);
            listener.onTuned(t);
          });
    }
    return new TuningResult(
        tuned,
        knownTasks,
        pending.size() - tuned.size(),
        search.wrong(),
        search.failed(),
        request.cancelled().getAsBoolean());
  }

  private long endNs() {
    return startNs + request.budget().toNanos();
  }

  private double progressOf() {
    return Math.min(1, (System.nanoTime() - startNs) / (double) request.budget().toNanos());
  }

  /** The distinct operations of all graphs, with how often they run. */
  private List<Task> tasks() {
    Map<String, Task> all = new LinkedHashMap<>();
    for (Workload w : request.workloads()) {
      for (Node n : Fusion.apply(w.graph()).nodes()) {
        if (n.isComputed()) {
          OpCase c = NodeCase.of(n);
          all.merge(
              c.name(),
              new Task(c, w.runs()),
              (a, b) -> new Task(a.operation(), a.runs() + b.runs()));
        }
      }
    }
    return List.copyOf(all.values());
  }

  /**
   * Most time first. Operations are run as they are, large ones first, for a part of the budget;
   * the rest is estimated from arithmetic and memory traffic, in proportion to those measured. What
   * does not run cannot be tuned.
   */
  private List<Measured> measure(List<Task> pending, OperationSearch search) {
    List<Task> large = new ArrayList<>(pending);
    large.sort(Comparator.comparingDouble((Task t) -> t.runs() * estimate(t)).reversed());
    List<Measured> order = new ArrayList<>();
    double measured = 0;
    double estimated = 0;
    for (Task t : large) {
      if (request.cancelled().getAsBoolean()) {
        break;
      }
      listener.onProgress(order.size(), large.size(), "measuring", progressOf());
      if (progressOf() > MEASURING && measured > 0) {
        order.add(new Measured(t.operation(), t.runs() * estimate(t) * measured / estimated));
        continue;
      }
      try {
        long ns = search.nanos(t.operation(), base);
        measured += ns;
        estimated += estimate(t);
        order.add(new Measured(t.operation(), t.runs() * ns));
      } catch (DeviceException e) {
        search.failed("default values", t.operation(), Map.of(), e);
      }
    }
    order.sort(Comparator.comparingDouble(Measured::weight).reversed());
    return order;
  }

  /**
   * In proportion to time: ten operations cost as much as a byte moved, a launch as much as 50 KB.
   */
  private static double estimate(Task t) {
    Cost c = Cost.of(t.operation().graph());
    return c.flops() / 10.0 + c.bytesRead() + c.bytesWritten() + 50_000;
  }

  private void store(List<TunableEntry> entries) {
    ProfileFile.update(
        request.profile(),
        () -> Profile.of("this machine", ThisMachine.describe()),
        p -> p.withTunables(merged(p.tunables(), entries)));
    base = base.with(entries);
    entries.forEach(this::learn);
  }

  /** New entries take the place of those that name the same. */
  private static List<TunableEntry> merged(List<TunableEntry> old, List<TunableEntry> better) {
    Set<String> replaced = new HashSet<>();
    better.forEach(e -> replaced.add(place(e)));
    List<TunableEntry> all = new ArrayList<>();
    old.stream().filter(e -> !replaced.contains(place(e))).forEach(all::add);
    all.addAll(better);
    all.sort(Comparator.comparing(TunableEntry::kernel).thenComparing(e -> e.shape().orElse("")));
    return all;
  }

  private static String place(TunableEntry e) {
    return e.kernel() + e.device() + e.vendor() + e.type() + e.vectorWidth() + e.shape();
  }
}
