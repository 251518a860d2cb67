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
import java.util.concurrent.atomic.AtomicReference;

/** A CPU, or some of its cores, driven by oneDNN. Several may be open, each with its threads. */
final class OneDnnDevice implements Device {
  private final DeviceInfo info;
  private final OneDnnLibrary library;
  private final DeviceThread thread;
  private final List<OneDnnExecutable> executables = new ArrayList<>();
  private long engine;
  private long stream;
  private boolean closed;

  OneDnnDevice(DeviceInfo info, OneDnnLibrary library, int threads) {
    this.info = info;
    this.library = library;
    this.thread = new DeviceThread(info.id());
    thread.run(
        () -> {
          library.openMp().setThreads(threads);
          engine = library.oneDnn().engine();
          stream = library.oneDnn().stream(engine);
        });
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  DeviceThread thread() {
    return thread;
  }

  /** A maker of primitives whose memory comes from the arena. */
  Primitives primitives(Arena arena) {
    return new Primitives(library.oneDnn(), engine, stream, arena);
  }

  /** How many threads OpenMP gives to this device's work. */
  int threads() {
    AtomicReference<Integer> n = new AtomicReference<>();
    thread.run(() -> n.set(library.openMp().threads()));
    return n.get();
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
    thread.run(
        () -> {
          library.oneDnn().destroyStream(stream);
          library.oneDnn().destroyEngine(engine);
        });
    thread.close();
  }
}
