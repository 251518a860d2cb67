package dev.tandem.kernels.opencl;

import dev.tandem.devices.Clock;
import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.CompileOptions.WeightMemory;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.Executable;
import dev.tandem.devices.MemoryLimit;
import dev.tandem.devices.Probe;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Graph;
import dev.tandem.kernels.opencl.plan.KernelFamily;
import dev.tandem.kernels.opencl.plan.Lookup;
import dev.tandem.kernels.opencl.plan.TunableTable;
import dev.tandem.kernels.opencl.plan.Tunables;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jocl.CLException;

/** One OpenCL device or sub-device with the programs built for it. */
public final class OpenClDevice implements Device {
  private final DeviceInfo info;
  private final Optional<String> hardware;
  private final List<OpenClExecutable> executables = new ArrayList<>();
  private Target target;
  private boolean closed;

  OpenClDevice(Selector selected, MemoryLimit limit, Settings settings, TunableTable tunables) {
    refuseWithout16Bits(selected, settings);
    ClContext cl = new ClContext(selected, limit);
    Programs programs = new Programs(cl, settings.cache(selected.device()).map(ProgramCache::new));
    this.target = new Target(cl, programs, new WeightPool(), settings, tunables);
    this.hardware = Optional.of(selected.device().hardware()).filter(h -> !h.isEmpty());
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
  public Optional<String> hardware() {
    return hardware;
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
    if (settings.halfArithmetic() && settings.family(d) == KernelFamily.CPU) {
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
      OpenClExecutable e =
          GraphCompiler.compile(
              target,
              graph,
              weights,
              options.orWeights(target.settings().weights()),
              executables::remove);
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
    return GraphCompiler.estimate(target, graph, options.orWeights(target.settings().weights()));
  }

  private void refusePrecision(Graph graph, CompileOptions options) {
    if (halfArithmetic() && options.precision() != Precision.F16) {
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
    return cl().budget().limit();
  }

  @Override
  public Probe probe() {
    return new KernelProbe(cl(), programs()).measure();
  }

  @Override
  public Clock clock() {
    return cl().clock().now();
  }

  ClContext cl() {
    return target.cl();
  }

  Programs programs() {
    return target.programs();
  }

  TunableTable tunables() {
    return target.tunables();
  }

  /** Uses other tunables for the graphs compiled from now on. */
  void tunables(TunableTable table) {
    target = target.with(table);
  }

  /** Which tunables a graph asks for with the present table, in order, and what it gets. */
  Map<Lookup, Tunables> lookups(Graph graph) {
    return target.plan(graph, CompileOptions.DEFAULT).lookups();
  }

  KernelFamily family() {
    return target.family();
  }

  @Override
  public Set<WeightMemory> weightMemory() {
    return EnumSet.allOf(WeightMemory.class);
  }

  @Override
  public boolean halfArithmetic() {
    return target.halfArithmetic();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      List.copyOf(executables).forEach(OpenClExecutable::close);
      programs().close();
      cl().close();
    }
  }
}
