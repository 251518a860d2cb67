package dev.tandem.kernels.cpu;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Executable;
import dev.tandem.devices.OpSpans;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** A compiled graph: kernels in order, on the device's thread. */
final class OneDnnExecutable implements Executable {
  /** The kernels of one node. */
  record Step(Node node, List<Kernel> kernels) {}

  /** What the compiler made; {@code resources} frees it. */
  record Compiled(
      Graph graph,
      List<Step> steps,
      Map<String, Tensor> inputs,
      Map<String, Tensor> outputs,
      MemoryUse memory,
      SortedMap<String, Integer> implementations,
      Runnable resources) {}

  private final OneDnnDevice device;
  private final Compiled compiled;
  private final Step[] steps;
  private final Runnable runSteps = this::runSteps;
  private OpSpans spans = OpSpans.NONE;
  private boolean closed;

  OneDnnExecutable(OneDnnDevice device, Compiled compiled) {
    this.device = device;
    this.compiled = compiled;
    this.steps = compiled.steps().toArray(new Step[0]);
  }

  @Override
  public Graph graph() {
    return compiled.graph();
  }

  @Override
  public Tensor input(String name) {
    compiled.graph().input(name); // reports an unknown name
    return compiled.inputs().get(name);
  }

  @Override
  public Tensor output(String name) {
    compiled.graph().output(name); // reports an unknown name
    return compiled.outputs().get(name);
  }

  @Override
  public void run(OpSpans listener) {
    if (closed) {
      throw new DeviceException("executable '" + compiled.graph().name() + "' is closed");
    }
    spans = listener;
    device.thread().run(runSteps);
  }

  private void runSteps() {
    OpSpans listener = spans;
    if (listener.equals(OpSpans.NONE)) {
      for (Step s : steps) {
        run(s);
      }
      return;
    }
    for (Step s : steps) {
      long start = System.nanoTime();
      run(s);
      listener.span(s.node(), start, System.nanoTime());
    }
  }

  private void run(Step s) {
    try {
      List<Kernel> kernels = s.kernels();
      for (int i = 0; i < kernels.size(); i++) { // an iterator would be garbage
        kernels.get(i).run();
      }
    } catch (DeviceException e) {
      throw new DeviceException(
          device.info().id() + " failed at " + s.node() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public MemoryUse memory() {
    return compiled.memory();
  }

  /** How often each of oneDNN's implementations was chosen, by its name. */
  SortedMap<String, Integer> implementations() {
    return compiled.implementations();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      device.forget(this);
      compiled.resources().run();
    }
  }
}
