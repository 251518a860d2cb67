package dev.tandem.devices.reference;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Executable;
import dev.tandem.devices.OpSpans;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Graph;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A graph as a list of kernels, run one after the other. */
final class ReferenceExecutable implements Executable {
  /** A node with what computes it. */
  private record Step(Node node, Kernel kernel) {}

  private final Graph graph;
  private final Arena arena;
  private final Values values;
  private final Map<Node, Tensor> inputs;
  private final Map<String, Tensor> outputs = new LinkedHashMap<>();
  private final List<Step> steps = new ArrayList<>();
  private final Consumer<ReferenceExecutable> onClose;

  private ReferenceExecutable(
      Graph graph,
      Arena arena,
      Values values,
      Map<Node, Tensor> inputs,
      Consumer<ReferenceExecutable> onClose) {
    this.onClose = onClose;
    this.graph = graph;
    this.arena = arena;
    this.values = values;
    this.inputs = inputs;
  }

  @SuppressWarnings("MustBeClosedChecker") // close() does
  static ReferenceExecutable of(
      Graph graph,
      Weights weights,
      Precision precision,
      Workers w,
      Consumer<ReferenceExecutable> onClose) {
    Arena arena = Arena.ofShared();
    try {
      Map<Node, Tensor> inputs = new LinkedHashMap<>();
      graph.inputs().forEach(n -> inputs.put(n, Tensor.allocate(arena, n.shape(), n.type())));
      Values values = new Values(graph, weights, precision, inputs);
      ReferenceExecutable e = new ReferenceExecutable(graph, arena, values, inputs, onClose);
      e.compile(precision, w);
      return e;
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private void compile(Precision precision, Workers workers) {
    Kernels kernels = new Kernels(values, workers);
    // Inputs first, wherever they stand: all are written before the first kernel runs.
    graph.inputs().stream().filter(n -> n.type().isFloat()).forEach(values::allocate);
    graph.inputs().forEach(values::addCallerTensor);
    for (Node n : graph.nodes()) {
      if (n.isComputed()) {
        float[] out = values.allocate(n);
        Kernel exact = kernels.of(n, out);
        Kernel kernel =
            switch (precision) {
              case F32 -> exact;
              case F16 ->
                  () -> {
                    exact.run();
                    Rounding.toF16(out);
                  };
            };
        steps.add(new Step(n, kernel));
        values.release(n);
      }
    }
    graph.outputs().forEach((name, n) -> outputs.put(name, outputTensor(n)));
  }

  private Tensor outputTensor(Node n) {
    Node root = MemoryPlan.storage(n);
    if (root.isInput()) {
      return inputs.get(root).reshaped(n.shape());
    }
    values.addCallerTensor(n);
    return Tensor.allocate(arena, n.shape(), n.type());
  }

  @Override
  public Graph graph() {
    return graph;
  }

  @Override
  public Tensor input(String name) {
    return inputs.get(graph.input(name));
  }

  @Override
  public Tensor output(String name) {
    graph.output(name); // says which outputs there are
    return outputs.get(name);
  }

  @Override
  public void run(OpSpans spans) {
    if (!arena.scope().isAlive()) {
      throw new IllegalStateException("executable of graph '" + graph.name() + "' is closed");
    }
    inputs.forEach(
        (n, t) -> {
          if (n.type().isFloat()) {
            t.copyTo(values.of(n));
          }
        });
    boolean timed = !spans.equals(OpSpans.NONE) && spans.operations();
    for (Step s : steps) {
      if (!timed) {
        s.kernel().run();
      } else {
        long start = System.nanoTime();
        s.kernel().run();
        spans.span(s.node(), start, System.nanoTime());
      }
    }
    graph
        .outputs()
        .forEach(
            (name, n) -> {
              if (!MemoryPlan.storage(n).isInput()) {
                outputs.get(name).set(values.of(n));
              }
            });
  }

  @Override
  public MemoryUse memory() {
    return values.use();
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
      steps.clear();
      onClose.accept(this);
    }
  }
}
