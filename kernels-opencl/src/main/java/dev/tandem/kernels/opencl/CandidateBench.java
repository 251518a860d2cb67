package dev.tandem.kernels.opencl;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.OpSpans;
import dev.tandem.devices.cases.CaseData;
import dev.tandem.devices.cases.OpCase;
import dev.tandem.devices.cases.OpCaseRunner;
import dev.tandem.devices.profile.TunableEntry;
import dev.tandem.graph.Node;
import dev.tandem.kernels.opencl.plan.Lookup;
import dev.tandem.kernels.opencl.plan.TunableTable;
import dev.tandem.kernels.opencl.plan.Tunables;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One operation with its data: candidates are compiled, compared with the reference and timed. */
final class CandidateBench implements AutoCloseable {
  private static final int LEAST_ROUNDS = 3;
  private static final int MOST_ROUNDS = 25;
  private static final double HOPELESS = 1.25;

  private final OpenClDevice device;
  private final OpCase operation;
  private final TunableTable base;
  private final Arena arena = Arena.ofShared();
  private final CaseData data;
  private Optional<float[]> expected = Optional.empty();

  /**
   * A compiled candidate.
   *
   * @param chosen values that differ from those of the table
   * @param used all that the operation looked up, with what it got
   */
  record Candidate(Executable executable, Map<Lookup, Tunables> chosen, Map<Lookup, Tunables> used)
      implements AutoCloseable {
    @Override
    public void close() {
      executable.close();
    }
  }

  CandidateBench(OpenClDevice device, OpCase operation, TunableTable base) {
    this.device = device;
    this.operation = operation;
    this.base = base;
    this.data = new CaseData(operation, arena);
  }

  OpCase operation() {
    return operation;
  }

  /** What the operation looks up with some values changed. */
  Map<Lookup, Tunables> lookups(Map<Lookup, Tunables> chosen) {
    device.tunables(base.with(entries(chosen)));
    return device.lookups(operation.graph());
  }

  /**
   * Compiles the operation with some values changed.
   *
   * @throws dev.tandem.devices.DeviceException if the device does not take them
   */
  Candidate compile(Map<Lookup, Tunables> chosen, Precision precision) {
    Map<Lookup, Tunables> used = lookups(chosen);
    Executable e = device.compile(operation.graph(), data, new CompileOptions(precision));
    operation.graph().inputs().forEach(n -> e.input(n.name()).set(data.input(n)));
    return new Candidate(e, new LinkedHashMap<>(chosen), used);
  }

  private List<TunableEntry> entries(Map<Lookup, Tunables> values) {
    return values.entrySet().stream()
        .map(e -> entry(e.getKey(), e.getValue(), Optional.empty()))
        .toList();
  }

  /** The exact entry of this device for a lookup. */
  TunableEntry entry(Lookup l, Tunables values, Optional<String> version) {
    return new TunableEntry(
        l.kernel(),
        Optional.of(device.cl().device().name()),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(l.shape()),
        version,
        values.values());
  }

  /** Runs a candidate twice; how far its result is from the reference device's. */
  double error(Candidate c) {
    c.executable().run();
    c.executable().run();
    return OpCaseRunner.error(c.executable().output("y").toFloats(), expected());
  }

  private float[] expected() {
    if (expected.isEmpty()) {
      try (Device reference = Devices.open("reference");
          Executable e = reference.compile(operation.graph(), data, CompileOptions.DEFAULT)) {
        operation.graph().inputs().forEach(n -> e.input(n.name()).set(data.input(n)));
        e.run();
        expected = Optional.of(e.output("y").toFloats());
      }
    }
    return expected.get();
  }

  /**
   * Runs two candidates in turn and keeps the least device time of each, so that whatever else the
   * machine does meets both. Gives up early where the second is far behind.
   *
   * @param atLeast time to spend, ns
   * @return the least times, ns
   */
  static long[] race(Candidate a, Candidate b, long atLeast) {
    long leastA = Long.MAX_VALUE;
    long leastB = Long.MAX_VALUE;
    long spent = 0;
    for (int round = 0; round < LEAST_ROUNDS || (spent < atLeast && round < MOST_ROUNDS); round++) {
      long nsA = nanos(a);
      long nsB = nanos(b);
      leastA = Math.min(leastA, nsA);
      leastB = Math.min(leastB, nsB);
      spent += nsA + nsB;
      if (round > 0 && leastB > HOPELESS * leastA) {
        break;
      }
    }
    return new long[] {leastA, leastB};
  }

  /** Device time of one run, from the start of its first kernel to the end of its last. */
  static long nanos(Candidate c) {
    Stopwatch watch = new Stopwatch();
    long start = System.nanoTime();
    c.executable().run(watch);
    long wall = System.nanoTime() - start;
    return Math.max(1, watch.busyNs > 0 ? watch.busyNs : wall);
  }

  /** A sensible time for one comparison. */
  static long shortRace() {
    return TimeUnit.MILLISECONDS.toNanos(80);
  }

  private static final class Stopwatch implements OpSpans {
    private long busyNs;

    @Override
    public void span(Node node, long startNs, long endNs) {}

    @Override
    public boolean operations() {
      return false;
    }

    @Override
    public void busy(long startNs, long endNs) {
      busyNs = endNs - startNs;
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
