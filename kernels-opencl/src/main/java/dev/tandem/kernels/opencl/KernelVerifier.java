package dev.tandem.kernels.opencl;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.cases.OpCase;
import dev.tandem.devices.cases.OpCases;
import dev.tandem.devices.cases.Tag;
import dev.tandem.devices.tuning.Trial;
import dev.tandem.devices.tuning.TuningListener;
import dev.tandem.devices.tuning.Verification;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.kernels.opencl.CandidateBench.Candidate;
import dev.tandem.kernels.opencl.plan.Lookup;
import dev.tandem.kernels.opencl.plan.TunableTable;
import dev.tandem.kernels.opencl.plan.Tunables;
import dev.tandem.kernels.opencl.tuning.Space;
import dev.tandem.kernels.opencl.tuning.Spaces;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Compares combinations of tunables with the reference device, on small odd shapes: each kernel on
 * every kind of operation that it computes.
 */
final class KernelVerifier {
  /**
   * How thoroughly.
   *
   * @param combinations which of all
   * @param kinds of operations that a kernel is checked on, at most
   */
  record Depth(
      UnaryOperator<List<Map<String, Integer>>> combinations,
      int kinds,
      int casesOfAKind,
      Set<Precision> precisions) {
    /** All that a search may pick. */
    static final Depth ALL = new Depth(c -> c, Integer.MAX_VALUE, 2, Set.of(Precision.values()));
  }

  private final OpenClDevice device;
  private final TuningListener listener;
  private final BooleanSupplier cancelled;
  private final Depth depth;
  private final TunableTable table;
  private final List<Trial> failing = new ArrayList<>();
  private int checks;

  KernelVerifier(OpenClDevice device, TuningListener listener, BooleanSupplier cancelled) {
    this(device, listener, cancelled, Depth.ALL);
  }

  KernelVerifier(
      OpenClDevice device, TuningListener listener, BooleanSupplier cancelled, Depth depth) {
    this.device = device;
    this.listener = listener;
    this.cancelled = cancelled;
    this.depth = depth;
    this.table = device.tunables();
  }

  Verification verify() {
    Map<Space, List<Map<String, Integer>>> todo = new LinkedHashMap<>();
    for (Space s : Spaces.all()) {
      var all = s.candidates(OperationSearch.limits(device));
      todo.put(s, depth.combinations().apply(all));
    }
    Map<String, List<OpCase>> cases = new TreeMap<>();
    todo.forEach((s, combinations) -> cases.put(s.kernel(), cases(s, combinations)));
    todo.keySet().removeIf(s -> cases.get(s.kernel()).isEmpty()); // of the other family
    int total = todo.values().stream().mapToInt(List::size).sum();
    Map<String, Integer> counts = new TreeMap<>();
    int done = 0;
    try {
      for (var e : todo.entrySet()) {
        String kernel = e.getKey().kernel();
        try (Benches benches = new Benches(cases.get(kernel))) {
          for (Map<String, Integer> values : e.getValue()) {
            if (cancelled.getAsBoolean()) {
              return new Verification(counts, checks, failing, true);
            }
            listener.onProgress(done, total, kernel + " " + values, done / (double) total);
            benches.all.forEach(b -> check(b, kernel, values));
            counts.merge(kernel, 1, Integer::sum);
            done++;
          }
        }
      }
      return new Verification(counts, checks, failing, false);
    } finally {
      device.tunables(table);
    }
  }

  private final class Benches implements AutoCloseable {
    private final List<CandidateBench> all;

    private Benches(List<OpCase> cases) {
      all = cases.stream().map(c -> new CandidateBench(device, c, table)).toList();
    }

    @Override
    public void close() {
      all.forEach(CandidateBench::close);
    }
  }

  /**
   * Cases of one operation that use the kernel, a few of each kind: kinds differ in the operation
   * and in what else is looked up.
   */
  private List<OpCase> cases(Space s, List<Map<String, Integer>> combinations) {
    if (combinations.isEmpty()) {
      return List.of();
    }
    Map<String, Integer> some = combinations.getLast();
    Map<String, List<OpCase>> kinds = new LinkedHashMap<>();
    for (OpCase c : OpCases.tagged(Tag.CORRECTNESS)) {
      List<Node> computed = c.graph().nodes().stream().filter(KernelVerifier::counts).toList();
      if (computed.size() == 1) {
        try (CandidateBench b = new CandidateBench(device, c, table)) {
          Map<Lookup, Tunables> used = b.lookups(chosen(b, s.kernel(), some));
          if (used.keySet().stream().anyMatch(l -> l.kernel().equals(s.kernel()))) {
            kinds.computeIfAbsent(kind(computed.getFirst(), used), _ -> new ArrayList<>()).add(c);
          }
        }
      }
    }
    return spread(List.copyOf(kinds.values()), depth.kinds()).stream()
        .flatMap(k -> spread(k, depth.casesOfAKind()).stream())
        .toList();
  }

  /** Rounding to whole numbers comes before each product of them. */
  private static boolean counts(Node n) {
    return n.isComputed() && !(n.op() instanceof Op.Quantize);
  }

  private static String kind(Node n, Map<Lookup, Tunables> used) {
    return n.op().kind()
        + used.keySet().stream()
            .map(l -> l.kernel() + (l.shape().contains("*") ? "*" : ""))
            .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The first and the last of a list, and what lies evenly between. */
  private static <T> List<T> spread(List<T> all, int most) {
    int n = Math.min(most, all.size());
    List<T> some = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      some.add(all.get(n == 1 ? all.size() - 1 : i * (all.size() - 1) / (n - 1)));
    }
    return some;
  }

  /** The kernel's values in every lookup of it. */
  private static Map<Lookup, Tunables> chosen(
      CandidateBench b, String kernel, Map<String, Integer> values) {
    Map<Lookup, Tunables> chosen = new LinkedHashMap<>();
    for (int pass = 0; pass < 2; pass++) { // values may lead to other lookups
      b.lookups(chosen)
          .forEach(
              (l, now) -> {
                if (l.kernel().equals(kernel)) {
                  Map<String, Integer> all = new TreeMap<>(now.values());
                  values.forEach((name, v) -> all.computeIfPresent(name, (_, _) -> v));
                  chosen.put(l, Tunables.of(all));
                }
              });
    }
    return chosen;
  }

  private void check(CandidateBench b, String kernel, Map<String, Integer> values) {
    OpCase c = b.operation();
    for (Precision p : c.precisions()) {
      if (!depth.precisions().contains(p) || (device.halfArithmetic() && p != Precision.F16)) {
        continue;
      }
      checks++;
      String what = c.name() + " in " + p;
      try (Candidate candidate = b.compile(chosen(b, kernel, values), p)) {
        double error = b.error(candidate);
        double bound = device.halfArithmetic() ? c.halfArithmetic() : c.tolerance(p);
        if (error > bound) {
          String reason = "error " + error + ", bound " + bound;
          fail(new Trial(kernel, what, values, Trial.Outcome.WRONG, 0, reason));
        }
      } catch (DeviceException e) {
        fail(new Trial(kernel, what, values, Trial.Outcome.FAILED, 0, "" + e.getMessage()));
      }
    }
  }

  private void fail(Trial t) {
    failing.add(t);
    listener.onTrial(t);
  }
}
