package dev.tandem.kernels.opencl;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.cases.OpCase;
import dev.tandem.devices.profile.TunableEntry;
import dev.tandem.devices.tuning.Trial;
import dev.tandem.devices.tuning.Trial.Outcome;
import dev.tandem.devices.tuning.TunedOperation;
import dev.tandem.devices.tuning.TuningListener;
import dev.tandem.kernels.opencl.CandidateBench.Candidate;
import dev.tandem.kernels.opencl.plan.KernelFamily;
import dev.tandem.kernels.opencl.plan.KernelSource;
import dev.tandem.kernels.opencl.plan.Lookup;
import dev.tandem.kernels.opencl.plan.TunableTable;
import dev.tandem.kernels.opencl.plan.Tunables;
import dev.tandem.kernels.opencl.tuning.Limits;
import dev.tandem.kernels.opencl.tuning.Search;
import dev.tandem.kernels.opencl.tuning.Space;
import dev.tandem.kernels.opencl.tuning.Spaces;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;

/**
 * Searches the tunables of one operation: those of its kernels one kernel after the other, and
 * where a tunable decides which kernels are used (Winograd or not), each way by itself.
 */
final class OperationSearch {
  private static final long SEED = 7;
  private static final long FINAL_RACE_NS = TimeUnit.MILLISECONDS.toNanos(300);
  private static final double FASTER = 0.99;
  private static final int FEW = 4;

  /**
   * What a search ends with.
   *
   * @param entries of the winner, for every kernel that the operation uses
   * @param beforeNs with the values that there were
   * @param afterNs with the winner's
   */
  record Found(
      OpCase operation, List<TunableEntry> entries, long beforeNs, long afterNs, int trials) {
    TunedOperation told(double share) {
      String values =
          entries.stream()
              .map(e -> e.kernel() + " " + e.values())
              .collect(Collectors.joining(", "));
      return new TunedOperation(
          operation.name(), share, beforeNs / 1e3, afterNs / 1e3, values, trials);
    }
  }

  /** A winner must be this much faster than the values that there were. */
  static final double MARGIN = 0.97;

  private final OpenClDevice device;
  private final TuningListener listener;
  private final BooleanSupplier cancelled;
  private final Set<String> known;
  private final DoubleSupplier progress;
  private final Limits limits;
  private final Map<String, Set<Map<String, Integer>>> winners = new TreeMap<>();
  private int done;
  private int total;
  private int trials;
  private boolean complete;
  private int wrong;
  private int failed;

  /**
   * A search on a device.
   *
   * @param known lookups that are not searched (again); grows while winners are stored
   */
  OperationSearch(
      OpenClDevice device,
      TuningListener listener,
      BooleanSupplier cancelled,
      Set<String> known,
      DoubleSupplier progress) {
    this.device = device;
    this.listener = listener;
    this.cancelled = cancelled;
    this.known = known;
    this.progress = progress;
    this.limits = limits(device);
  }

  static Limits limits(OpenClDevice device) {
    ClDevice d = device.cl().device();
    boolean processor = device.family() == KernelFamily.CPU;
    return new Limits(d.localMemory(), d.maxWorkGroup(), processor, d.vectorWidth());
  }

  /** The lookups whose kernels have a space. */
  static Set<Lookup> tunable(Collection<Lookup> lookups) {
    return lookups.stream()
        .filter(l -> Spaces.of(l.kernel()).isPresent())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** Says which of how many operations comes next. */
  void at(int index, int count) {
    done = index;
    total = count;
  }

  int wrong() {
    return wrong;
  }

  int failed() {
    return failed;
  }

  /** Device time of an operation with the values that there are, ns. */
  long nanos(OpCase operation, TunableTable base) {
    try (CandidateBench bench = new CandidateBench(device, operation, base);
        Candidate c = bench.compile(Map.of(), Precision.F32)) {
      c.executable().run();
      long first = CandidateBench.nanos(c);
      return Math.min(first, CandidateBench.nanos(c));
    }
  }

  /** Nothing if there was no time for more than a few trials and none of them was faster. */
  Optional<Found> search(OpCase operation, TunableTable base, long deadlineNs) {
    trials = 0;
    complete = true;
    try (CandidateBench bench = new CandidateBench(device, operation, base)) {
      List<Map<Lookup, Tunables>> starts = starts(bench);
      Optional<Candidate> best = Optional.empty();
      for (int i = 0; i < starts.size(); i++) {
        long now = System.nanoTime();
        long until = now + (deadlineNs - now) / (starts.size() - i);
        best = better(best, climb(bench, starts.get(i), until));
      }
      if (best.isEmpty() || trials == 0) {
        best.ifPresent(Candidate::close);
        return Optional.empty();
      }
      Found found = judge(bench, best.get());
      boolean tells = complete || trials >= FEW || found.afterNs() < found.beforeNs();
      return Optional.of(found).filter(_ -> tells);
    } catch (DeviceException e) {
      failed("default values", operation, Map.of(), e);
      return Optional.empty();
    }
  }

  /** The values that there are, and every other way of deciding which kernels are used. */
  private List<Map<Lookup, Tunables>> starts(CandidateBench bench) {
    List<Map<Lookup, Tunables>> starts = new ArrayList<>();
    starts.add(Map.of());
    for (int i = 0; i < starts.size(); i++) {
      Map<Lookup, Tunables> from = starts.get(i);
      bench.lookups(from).forEach((l, now) -> starts.addAll(otherWays(from, l, now)));
    }
    return starts;
  }

  /** A start with one more decision changed: decisions come in the order of the lookups. */
  private List<Map<Lookup, Tunables>> otherWays(
      Map<Lookup, Tunables> from, Lookup l, Tunables now) {
    Optional<Space> s = Spaces.of(l.kernel()).filter(x -> x.branch().isPresent());
    if (s.isEmpty() || from.containsKey(l) || known.contains(l.toString())) {
      return List.of();
    }
    String branch = s.get().branch().orElseThrow();
    Set<Integer> seen = new HashSet<>(Set.of(now.get(branch)));
    List<Map<Lookup, Tunables>> ways = new ArrayList<>();
    for (Map<String, Integer> c : s.get().candidates(limits)) {
      if (seen.add(c.get(branch))) {
        Map<Lookup, Tunables> way = new LinkedHashMap<>(from);
        way.put(l, changed(now, c));
        ways.add(way);
      }
    }
    return ways;
  }

  private static Tunables changed(Tunables now, Map<String, Integer> values) {
    Map<String, Integer> all = new TreeMap<>(now.values());
    all.putAll(values);
    return Tunables.of(all);
  }

  private static Optional<Candidate> better(Optional<Candidate> a, Optional<Candidate> b) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.isEmpty() ? b : a;
    }
    long[] ns = CandidateBench.race(a.get(), b.get(), FINAL_RACE_NS);
    Candidate loser = ns[1] < ns[0] ? a.get() : b.get();
    loser.close();
    return ns[1] < ns[0] ? b : a;
  }

  /** From one start, one kernel after the other; nothing if the start itself is refused. */
  private Optional<Candidate> climb(
      CandidateBench bench, Map<Lookup, Tunables> start, long deadlineNs) {
    Optional<Candidate> first =
        start.isEmpty()
            ? Optional.of(bench.compile(start, Precision.F32))
            : attempt(bench, start, List.copyOf(start.keySet()).getLast(), Map.of());
    if (first.isEmpty()) {
      return first;
    }
    Candidate best = first.get();
    Set<Lookup> searched = new HashSet<>();
    Optional<Lookup> next = next(best, searched);
    while (next.isPresent()) {
      if (over(deadlineNs)) {
        complete = false;
        break;
      }
      best = walk(bench, best, next.get(), deadlineNs);
      searched.add(next.get());
      next = next(best, searched);
    }
    return Optional.of(best);
  }

  private Optional<Lookup> next(Candidate c, Set<Lookup> searched) {
    return tunable(c.used().keySet()).stream()
        .filter(l -> !searched.contains(l) && !known.contains(l.toString()))
        .findFirst();
  }

  private boolean over(long deadlineNs) {
    return cancelled.getAsBoolean() || System.nanoTime() - deadlineNs >= 0;
  }

  /** Walks through the space of one lookup; returns the best, closes all others. */
  private Candidate walk(CandidateBench bench, Candidate start, Lookup l, long deadlineNs) {
    Candidate best = start;
    Tunables now = start.used().get(l);
    Space space = Spaces.of(l.kernel()).orElseThrow().of(now.values().keySet());
    List<Map<String, Integer>> candidates =
        space.candidates(limits).stream()
            .filter(c -> space.branch().map(b -> c.get(b) == now.get(b)).orElse(true))
            .toList();
    Map<String, Integer> present = new TreeMap<>();
    space.parameters().forEach(p -> present.put(p.name(), now.get(p.name())));
    Search search =
        new Search(space, limits, candidates, present, hints(l.kernel()), SEED + l.hashCode());
    Optional<Map<String, Integer>> next = search.next();
    while (next.isPresent()) {
      if (over(deadlineNs)) {
        complete = false;
        break;
      }
      listener.onProgress(done, total, bench.operation().name(), progress.getAsDouble());
      Map<Lookup, Tunables> chosen = new LinkedHashMap<>(best.chosen());
      chosen.put(l, changed(now, next.get()));
      Optional<Candidate> c = attempt(bench, chosen, l, next.get());
      if (c.isPresent()) {
        long[] ns = CandidateBench.race(best, c.get(), CandidateBench.shortRace());
        boolean faster = ns[1] < FASTER * ns[0];
        tell(bench, l, next.get(), faster ? Outcome.FASTER : Outcome.RIGHT, ns[1] / 1e3, "");
        (faster ? best : c.get()).close();
        if (faster) {
          best = c.get();
          search.better(next.get());
        }
      }
      next = search.next();
    }
    winners.computeIfAbsent(l.kernel(), _ -> new LinkedHashSet<>()).add(searchable(space, best, l));
    return best;
  }

  private static Map<String, Integer> searchable(Space space, Candidate c, Lookup l) {
    Map<String, Integer> values = new TreeMap<>();
    Tunables t = c.used().getOrDefault(l, c.chosen().get(l));
    space.parameters().forEach(p -> values.put(p.name(), t.get(p.name())));
    return values;
  }

  private List<Map<String, Integer>> hints(String kernel) {
    return List.copyOf(winners.getOrDefault(kernel, Set.of()));
  }

  /** A compiled candidate with the right result, or nothing, which is told. */
  private Optional<Candidate> attempt(
      CandidateBench bench, Map<Lookup, Tunables> chosen, Lookup l, Map<String, Integer> values) {
    trials++;
    Candidate c;
    try {
      c = bench.compile(chosen, Precision.F32);
    } catch (DeviceException e) {
      failed(l.kernel(), bench.operation(), values, e);
      return Optional.empty();
    }
    try {
      double error = bench.error(c);
      double bound = bench.operation().tolerance(Precision.F32);
      if (error <= bound) {
        return Optional.of(c);
      }
      wrong++;
      tell(bench, l, values, Outcome.WRONG, 0, "error " + error + ", bound " + bound);
    } catch (DeviceException e) {
      failed(l.kernel(), bench.operation(), values, e);
    }
    c.close();
    return Optional.empty();
  }

  private void tell(
      CandidateBench bench,
      Lookup l,
      Map<String, Integer> values,
      Outcome outcome,
      double micros,
      String reason) {
    listener.onTrial(
        new Trial(l.kernel(), bench.operation().name(), values, outcome, micros, reason));
  }

  /** Tells a candidate that could not be built or run. */
  void failed(String kernel, OpCase operation, Map<String, Integer> values, DeviceException e) {
    failed++;
    listener.onTrial(
        new Trial(kernel, operation.name(), values, Outcome.FAILED, 0, "" + e.getMessage()));
  }

  /** The best against the values that there were: they stay unless it is clearly faster. */
  private Found judge(CandidateBench bench, Candidate best) {
    try (best;
        Candidate before = bench.compile(Map.of(), Precision.F32)) {
      before.executable().run();
      long[] ns = CandidateBench.race(before, best, FINAL_RACE_NS);
      boolean wins = ns[1] <= MARGIN * ns[0];
      Map<Lookup, Tunables> values = wins ? best.used() : before.used();
      List<TunableEntry> entries = new ArrayList<>();
      for (Lookup l : tunable(values.keySet())) {
        if (!known.contains(l.toString())) {
          entries.add(bench.entry(l, values.get(l), Optional.of(KernelSource.version(l.kernel()))));
        }
      }
      return new Found(bench.operation(), entries, ns[0], wins ? ns[1] : ns[0], trials);
    }
  }
}
