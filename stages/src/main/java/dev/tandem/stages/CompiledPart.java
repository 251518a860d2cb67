package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Executables;
import dev.tandem.stages.checkpoint.ModelWeights;
import java.util.List;

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
        key(batch, width, height), () -> part.builder().graph(batch, width, height), weights);
  }

  /** Memory of what is compiled for a size, 0 if nothing is; bytes on the device. */
  long bytes(int batch, int width, int height) {
    return executables.bytes(key(batch, width, height));
  }

  /**
   * Lets the weights go: what was compiled with them may read them, so it must not run any more.
   */
  @Override
  public void close() {
    weights.close();
  }
}
