package dev.tandem.kernels.cpu;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Executable;
import dev.tandem.devices.OpSpans;
import dev.tandem.devices.ProductKernel;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * A compiled graph: one lane, or several that each compute a part of the batch on a thread of their
 * own. Spans are those of the first lane.
 */
final class OneDnnExecutable implements Executable {
  /** What the compiler made; {@code free} gives its memory back. */
  record Compiled(
      Graph graph,
      List<Lane> lanes,
      Map<String, Tensor> inputs,
      Map<String, Tensor> outputs,
      MemoryUse memory,
      SortedMap<String, Integer> implementations,
      List<ProductKernel> products,
      Runnable free) {}

  private final OneDnnDevice device;
  private final Compiled compiled;
  private final Runnable[] tasks;
  private OpSpans spans = OpSpans.NONE;
  private boolean closed;

  OneDnnExecutable(OneDnnDevice device, Compiled compiled) {
    this.device = device;
    this.compiled = compiled;
    this.tasks = compiled.lanes().stream().map(l -> (Runnable) l::run).toArray(Runnable[]::new);
    tasks[0] = this::runFirst;
  }

  @Override
  public Graph graph() {
    return compiled.graph();
  }

  @Override
  public Tensor input(String name) {
    Tensor known = compiled.inputs().get(name);
    return known == null ? unknown(compiled.graph().input(name)) : known;
  }

  @Override
  public Tensor output(String name) {
    Tensor known = compiled.outputs().get(name);
    return known == null ? unknown(compiled.graph().output(name)) : known;
  }

  /** Looking a name up in the graph reports it; done at last, as it looks at every node. */
  private static Tensor unknown(Node node) {
    throw new IllegalStateException("no tensor for " + node);
  }

  @Override
  public void run(OpSpans listener) {
    if (closed) {
      throw new DeviceException("executable '" + compiled.graph().name() + "' is closed");
    }
    spans = listener;
    device.threads().run(tasks);
  }

  private void runFirst() {
    Lane first = compiled.lanes().getFirst();
    if (spans.equals(OpSpans.NONE) || !spans.operations()) {
      first.run();
    } else {
      first.run(spans);
    }
  }

  @Override
  public MemoryUse memory() {
    return compiled.memory();
  }

  @Override
  public List<ProductKernel> products() {
    return compiled.products();
  }

  /** How many parts of the batch are computed at once. */
  int lanes() {
    return compiled.lanes().size();
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
      compiled.free().run();
    }
  }
}
