package dev.tandem.kernels.opencl;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.Executable;
import dev.tandem.devices.MemoryLimit;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Graph;
import java.util.ArrayList;
import java.util.List;

/** One OpenCL device or sub-device with the programs built for it. */
public final class OpenClDevice implements Device {
  /** Handing less than this over takes longer than copying it (decision note 013), bytes. */
  private static final long SMALLEST_MAPPED = 128 << 10;

  private final ClContext cl;
  private final Programs programs;
  private final Settings settings;
  private final DeviceInfo info;
  private final List<OpenClExecutable> executables = new ArrayList<>();
  private TunableTable tunables;
  private boolean closed;

  OpenClDevice(Selector selected, MemoryLimit limit, Settings settings) {
    this.cl = new ClContext(selected, limit);
    this.programs = new Programs(cl, settings.cache().map(ProgramCache::new));
    this.settings = settings;
    this.tunables = TunableTable.load(settings.profiles());
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
