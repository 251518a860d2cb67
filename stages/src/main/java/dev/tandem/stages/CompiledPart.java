package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Executables;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Recompute;
import dev.tandem.stages.checkpoint.ModelWeights;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One part of a model on one device: compiled when it is asked for in a size that is not kept. */
final class CompiledPart implements AutoCloseable {
  private final String model;
  private final StagePlan.Part part;
  private final ModelWeights weights;
  private final Executables executables;
  private final CompileOptions options;

  /**
   * Compiles nothing.
   *
   * @param model tells models apart
   * @param weights the part's; closed with this
   */
  CompiledPart(
      String model,
      ModelWeights weights,
      StagePlan.Part part,
      Executables executables,
      CompileOptions options) {
    this.model = model;
    this.part = part;
    this.weights = weights;
    this.executables = executables;
    this.options = options;
  }

  /** The only part of a model's stage: opens its weights. */
  static CompiledPart only(
      ModelPlan plan, String stage, Executables executables, CompileOptions options) {
    StagePlan.Part part = plan.stage(stage).parts().getFirst();
    return new CompiledPart(plan.id(), plan.weights(part), part, executables, options);
  }

  private Executables.Key key(int batch, int width, int height) {
    return new Executables.Key(model, part.name(), List.of(batch, width, height), options);
  }

  /** Whether {@link #get} would not have to compile; sizes in pixels. */
  boolean ready(int batch, int width, int height) {
    return executables.holds(key(batch, width, height));
  }

  /** The executable, valid until the device is asked for another; sizes in pixels. */
  Executable get(int batch, int width, int height) {
    return executables.get(
        key(batch, width, height),
        () -> Recompute.apply(part.builder().graph(batch, width, height), options.recompute()),
        weights);
  }

  /** Memory of what is compiled for a size, 0 if nothing is; bytes on the device. */
  long bytes(int batch, int width, int height) {
    return executables.bytes(key(batch, width, height));
  }

  /**
   * A graph that computes a piece of the part.
   *
   * @param name of the piece
   * @param shape what the graph depends on
   */
  record Piece(String name, List<Integer> shape, Supplier<Graph> graph) {}

  /** Uses the executable of a piece and closes it. */
  void piece(Piece piece, Consumer<Executable> use) {
    Executables.Key key =
        new Executables.Key(model, part.name() + " " + piece.name, piece.shape, options);
    Executable executable = executables.get(key, piece.graph, weights);
    try {
      use.accept(executable);
    } finally {
      executables.close(key);
    }
  }

  /** As {@link Executables#beside}. */
  void beside(long bytes) {
    executables.beside(bytes);
  }

  /** A weight of the part as it is stored. */
  Tensor weight(String name) {
    return weights.get(name);
  }

  /**
   * Lets the weights go: what was compiled with them may read them, so it must not run any more.
   */
  @Override
  public void close() {
    weights.close();
  }
}
