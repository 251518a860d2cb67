package dev.tandem.kernels.opencl;

import dev.tandem.devices.CompileOptions;
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
    this.cl = new ClContext(selected, limit);
    this.programs = new Programs(cl, settings.cache().map(ProgramCache::new));
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

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public Executable compile(Graph graph, Weights weights, CompileOptions options) {
    OpenClExecutable e = GraphCompiler.compile(this, graph, weights, options);
    executables.add(e);
    return e;
  }

  @Override
  public Executable.MemoryUse estimate(Graph graph, CompileOptions options) {
    return GraphCompiler.estimate(this, graph, options);
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
  public TuningResult tune(TuningRequest request, TuningListener listener) {
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
    estimate(graph, CompileOptions.DEFAULT);
    return new LinkedHashMap<>(lookups);
  }

  Settings.Family family() {
    return settings
        .family()
        .orElse(cl.device().isCpu() ? Settings.Family.CPU : Settings.Family.GPU);
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
