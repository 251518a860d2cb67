package dev.tandem.kernels.cpu;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.WeightMemory;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.Executable;
import dev.tandem.devices.MemoryBudget;
import dev.tandem.devices.MemoryLimit;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Graph;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** A CPU, or some of its cores, driven by oneDNN. Several may be open, each with its threads. */
final class OneDnnDevice implements Device {
  private static final int SPEED_PART = 4;
  private static final int ROOM_PART = 64;
  private static final long LEAST_ROOM = 256 << 20;

  private final DeviceInfo info;
  private final OneDnnLibrary library;
  private final DeviceThreads threads;
  private final MemoryBudget budget;
  private final List<OneDnnExecutable> executables = new ArrayList<>();
  private final long engine;
  private final long stream;
  private final WeightMemory automatic;
  private boolean closed;

  /** A device; {@code automatic} is where weights are if nobody says otherwise. */
  OneDnnDevice(
      DeviceInfo info,
      MemoryLimit limit,
      OneDnnLibrary library,
      int threadCount,
      WeightMemory automatic) {
    this.info = info;
    this.automatic = automatic;
    this.budget = new MemoryBudget("device '" + info.id() + "'", limit);
    this.library = library;
    engine = library.oneDnn().engine();
    stream = library.oneDnn().stream(engine);
    threads = new DeviceThreads(info.id(), threadCount);
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  DeviceThreads threads() {
    return threads;
  }

  OpenMp openMp() {
    return library.openMp();
  }

  /**
   * How much memory a graph may take only to be faster, bytes: a part of the machine's, and nothing
   * where the user has set a limit.
   */
  long memoryForSpeed() {
    long machine = info.memoryBytes();
    return budget.limit().total() < machine ? 0 : machine / SPEED_PART;
  }

  /**
   * How much memory a graph's weights may take to be as fast as can be, where nobody has said how
   * they are to be kept, bytes.
   */
  long roomForSpeed() {
    long total = budget.limit().total();
    return total < info.memoryBytes()
        ? Math.min(LEAST_ROOM, total / SPEED_PART)
        : Math.max(LEAST_ROOM, total / ROOM_PART);
  }

  /** Pages of mapped weights. */
  Pages pages() {
    return library.pages();
  }

  /** Memory from the device's budget. */
  Memory memory(String graph) {
    return Memory.within(budget, library.heap(), graph);
  }

  /** A maker of primitives with that memory. */
  Primitives primitives(Memory memory) {
    return new Primitives(library.oneDnn(), engine, stream, memory);
  }

  @Override
  public Executable compile(Graph graph, Weights weights, CompileOptions options) {
    check(options);
    OneDnnExecutable e =
        Compiler.compile(this, graph, weights, options.orWeights(automatic).weights());
    executables.add(e);
    return e;
  }

  /** Exact, but for what oneDNN's generated code takes. */
  @Override
  public Executable.MemoryUse estimate(Graph graph, CompileOptions options) {
    check(options);
    return Compiler.estimate(this, graph, options.orWeights(automatic).weights());
  }

  @Override
  public Set<WeightMemory> weightMemory() {
    return EnumSet.allOf(WeightMemory.class);
  }

  @Override
  public MemoryLimit memoryLimit() {
    return budget.limit();
  }

  private void check(CompileOptions options) {
    if (options.precision() != CompileOptions.Precision.F32) {
      throw new DeviceException(
          "device '"
              + info.id()
              + "' stores F32 only, not "
              + options.precision()
              + "; compile with F32 or use another device, for example opencl");
    }
  }

  void forget(OneDnnExecutable e) {
    executables.remove(e);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    List.copyOf(executables).forEach(OneDnnExecutable::close);
    threads.close();
    library.oneDnn().destroy(OneDnn.Kind.STREAM, stream);
    library.oneDnn().destroy(OneDnn.Kind.ENGINE, engine);
  }
}
