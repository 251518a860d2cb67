package dev.tandem.kernels.opencl;

import dev.tandem.devices.Clock;
import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.Executable;
import dev.tandem.devices.MemoryLimit;
import dev.tandem.devices.Probe;
import dev.tandem.devices.Weights;
import dev.tandem.devices.tuning.TunableDevice;
import dev.tandem.devices.tuning.TuningListener;
import dev.tandem.devices.tuning.TuningRequest;
import dev.tandem.devices.tuning.TuningResult;
import dev.tandem.devices.tuning.Verification;
import dev.tandem.graph.Graph;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jocl.CLException;

/** One OpenCL device or sub-device with the programs built for it. */
public final class OpenClDevice implements TunableDevice {
  /** Handing less than this over takes longer than copying it (decision note 013), bytes. */
  private static final long SMALLEST_MAPPED = 128 << 10;

  private final ClContext cl;
  private final Programs programs;
  private final Settings settings;
  private final DeviceInfo info;
  private final List<OpenClExecutable> executables = new ArrayList<>();
  private final Map<Lookup, Tunables> lookups = new LinkedHashMap<>();
  private TunableTable tunables;
  private boolean closed;

  OpenClDevice(Selector selected, MemoryLimit limit, Settings settings, TunableTable tunables) {
    refuseWithout16Bits(selected, settings);
    this.cl = new ClContext(selected, limit);
    this.programs = new Programs(cl, settings.cache(selected.device()).map(ProgramCache::new));
    this.settings = settings;
    this.tunables = tunables;
    DeviceInfo whole = selected.device().info(selected.id());
    this.info =
        new DeviceInfo(
            whole.id(),
            whole.name(),
            whole.type(),
            cl.computeUnits(),
            limit.total(),
            whole.driver());
  }

  private static void refuseWithout16Bits(Selector selected, Settings settings) {
    ClDevice d = selected.device();
    if (settings.halfArithmetic() && !d.fp16()) {
      throw new DeviceException(
          selected.id()
              + " ("
              + d.name()
              + ", "
              + d.platformName()
              + ") cannot compute in 16 bits (it lacks cl_khr_fp16): leave out arith=f16; with"
              + " precision f16, values are stored in 16 bits all the same");
    }
    if (settings.halfArithmetic() && family(settings, d) == Settings.Family.CPU) {
      throw new DeviceException(
          selected.id()
              + " ("
              + d.name()
              + "): the kernels of family=cpu do not compute in 16 bits: add family=gpu, or leave"
              + " out arith=f16");
    }
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public Executable compile(Graph graph, Weights weights, CompileOptions options) {
    refusePrecision(graph, options);
    try {
      OpenClExecutable e = GraphCompiler.compile(this, graph, weights, options);
      executables.add(e);
      return e;
    } catch (CLException e) { // whatever the driver says is the device's failure
      throw new DeviceException(
          info.id() + ": cannot compile '" + graph.name() + "': " + e.getMessage(), e);
    }
  }

  @Override
  public Executable.MemoryUse estimate(Graph graph, CompileOptions options) {
    refusePrecision(graph, options);
    return GraphCompiler.estimate(this, graph, options);
  }

  private void refusePrecision(Graph graph, CompileOptions options) {
    if (settings.halfArithmetic() && options.precision() != Precision.F16) {
      throw new DeviceException(
          info.id()
              + " ("
              + info.name()
              + "): arith=f16 needs precision f16, but '"
              + graph.name()
              + "' is compiled in "
              + options.precision()
              + ": choose precision f16, or leave out arith=f16");
    }
  }

  @Override
  public MemoryLimit memoryLimit() {
    return cl.budget().limit();
  }

  @Override
  public Probe probe() {
    return new KernelProbe(cl, programs).measure();
  }

  @Override
  public Clock clock() {
    return cl.clock().now();
  }

  @Override
  public TuningResult tune(TuningRequest request, TuningListener listener) {
    if (settings.halfArithmetic()) {
      throw new DeviceException(
          info.id() + ": tuning compares and times in F32: leave out arith=f16");
    }
    return new KernelTuner(this, request, listener).tune();
  }

  @Override
  public Verification verify(TuningListener listener, BooleanSupplier cancelled) {
    return new KernelVerifier(this, listener, cancelled).verify();
  }

  ClContext cl() {
    return cl;
  }

  Programs programs() {
    return programs;
  }

  TunableTable tunables() {
    return tunables;
  }

  /** Uses other tunables for the graphs compiled from now on. */
  void tunables(TunableTable table) {
    tunables = table;
  }

  /** Values of a kernel for a shape; hears of it who asked for {@link #lookups}. */
  Tunables lookup(String kernel, String shape) {
    Tunables found = tunables.find(kernel, cl.device(), shape);
    lookups.put(new Lookup(kernel, shape), found);
    return found;
  }

  /** Which tunables a graph asks for with the present table, in order, and what it gets. */
  Map<Lookup, Tunables> lookups(Graph graph) {
    lookups.clear();
    GraphCompiler.estimate(this, graph, CompileOptions.DEFAULT);
    return new LinkedHashMap<>(lookups);
  }

  Settings.Family family() {
    return family(settings, cl.device());
  }

  private static Settings.Family family(Settings settings, ClDevice d) {
    return settings.family().orElse(d.isCpu() ? Settings.Family.CPU : Settings.Family.GPU);
  }

  @Override
  public boolean halfArithmetic() {
    return settings.halfArithmetic();
  }

  /** True if a tensor of the caller is the device's own memory, false if it is copied. */
  boolean mapped(long bytes) {
    return settings.mapped().orElse(cl.device().unified() && bytes >= SMALLEST_MAPPED);
  }

  void forget(OpenClExecutable e) {
    executables.remove(e);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      List.copyOf(executables).forEach(OpenClExecutable::close);
      programs.close();
      cl.close();
    }
  }
}
