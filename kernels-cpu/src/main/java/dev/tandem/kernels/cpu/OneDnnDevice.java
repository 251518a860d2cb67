package dev.tandem.kernels.cpu;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Graph;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** A CPU, or some of its cores, driven by oneDNN. Several may be open, each with its threads. */
final class OneDnnDevice implements Device {
  private final DeviceInfo info;
  private final OneDnnLibrary library;
  private final DeviceThreads threads;
  private final List<OneDnnExecutable> executables = new ArrayList<>();
  private final long engine;
  private final long stream;
  private boolean closed;

  OneDnnDevice(DeviceInfo info, OneDnnLibrary library, int threadCount) {
    this.info = info;
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

  /** A maker of primitives whose memory comes from the arena. */
  Primitives primitives(Arena arena) {
    return new Primitives(library.oneDnn(), engine, stream, arena);
  }

  @Override
  public Executable compile(Graph graph, Weights weights, CompileOptions options) {
    if (options.precision() != CompileOptions.Precision.F32) {
      throw new DeviceException(
          "device '"
              + info.id()
              + "' stores F32 only, not "
              + options.precision()
              + "; compile with F32 or use another device");
    }
    OneDnnExecutable e = Compiler.compile(this, graph, weights);
    executables.add(e);
    return e;
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
    library.oneDnn().destroyStream(stream);
    library.oneDnn().destroyEngine(engine);
  }
}
