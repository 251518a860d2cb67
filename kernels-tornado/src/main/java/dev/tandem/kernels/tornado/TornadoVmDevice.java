package dev.tandem.kernels.tornado;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.DeviceSpec;
import dev.tandem.devices.Executable;
import dev.tandem.devices.MemoryBudget;
import dev.tandem.devices.MemoryLimit;
import dev.tandem.devices.WeightException;
import dev.tandem.devices.Weights;
import dev.tandem.devices.profile.Profile;
import dev.tandem.devices.profile.ProfileFile;
import dev.tandem.graph.Graph;
import dev.tandem.kernels.opencl.plan.DeviceTraits;
import dev.tandem.kernels.opencl.plan.KernelFamily;
import dev.tandem.kernels.opencl.plan.KernelPlanner;
import dev.tandem.kernels.opencl.plan.TunableTable;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One of TornadoVM's devices. */
final class TornadoVmDevice implements Device {
  /** Products may be rounded before they are added, as on the project's own OpenCL device. */
  private static final String FLAGS = "-w -cl-std=CL1.2 -cl-mad-enable";

  private static final Weights NONE =
      name -> {
        throw new WeightException("no weight is read for an estimate: '" + name + "'");
      };

  private final FoundDevice found;
  private final DeviceInfo info;
  private final Optional<KernelPlanner> prebuilt;
  private final MemoryBudget budget;
  private final List<TornadoExecutable> executables = new ArrayList<>();
  private boolean closed;

  private TornadoVmDevice(FoundDevice found, MemoryLimit limit, Settings settings) {
    this.found = found;
    this.prebuilt =
        settings.prebuilt(found) ? Optional.of(planner(found.traits())) : Optional.empty();
    this.info = found.info(limit.total());
    this.budget = new MemoryBudget(found.id(), limit);
  }

  static TornadoVmDevice open(DeviceSpec spec, FoundDevice found, Settings settings) {
    return new TornadoVmDevice(found, spec.memoryLimit(found.memory()), settings);
  }

  /** Chooses the project's own kernels, by what the machine's profile has measured. */
  private static KernelPlanner planner(DeviceTraits device) {
    Optional<Profile> tuned =
        Optional.of(ProfileFile.ofThisMachine()).filter(Files::exists).map(ProfileFile::load);
    return new KernelPlanner(device, KernelFamily.of(device.type()), false, TunableTable.of(tuned));
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public Executable compile(Graph graph, Weights weights, CompileOptions options) {
    Lowered lowered = lowered(graph, weights, options);
    List<Long> taken = new ArrayList<>();
    try {
      for (DeviceArray a : lowered.arrays()) {
        budget.take(a.purpose(), a.bytes());
        taken.add(a.bytes());
      }
      TornadoExecutable e =
          TornadoExecutable.compile(
              info.id(), found.device(), lowered, FLAGS, x -> closed(x, taken));
      executables.add(e);
      return e;
    } catch (RuntimeException | Error e) {
      giveBack(taken);
      throw e;
    }
  }

  private void closed(TornadoExecutable e, List<Long> taken) {
    executables.remove(e);
    giveBack(taken);
  }

  private void giveBack(List<Long> taken) {
    taken.forEach(budget::giveBack);
    taken.clear();
  }

  @Override
  public Executable.MemoryUse estimate(Graph graph, CompileOptions options) {
    return lowered(graph, NONE, options).memory();
  }

  private Lowered lowered(Graph graph, Weights weights, CompileOptions options) {
    long largest = budget.limit().largest();
    return prebuilt
        .map(p -> PrebuiltLowering.of(graph, weights, options, largest, p))
        .orElseGet(() -> JavaLowering.of(graph, weights, options, largest, found.localMemory()));
  }

  @Override
  public Optional<String> hardware() {
    return Optional.of(found.details().hardware()).filter(h -> !h.isEmpty());
  }

  @Override
  public MemoryLimit memoryLimit() {
    return budget.limit();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      List.copyOf(executables).forEach(TornadoExecutable::close);
    }
  }
}
