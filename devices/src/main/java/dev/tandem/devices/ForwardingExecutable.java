package dev.tandem.devices;

import dev.tandem.graph.Graph;
import java.util.List;

/** Another executable of which something is otherwise: what is not overridden it does. */
public abstract class ForwardingExecutable implements Executable {
  private final Executable executable;

  /** Takes over an executable: closing this closes it. */
  protected ForwardingExecutable(Executable executable) {
    this.executable = executable;
  }

  @Override
  public Graph graph() {
    return executable.graph();
  }

  @Override
  public Tensor input(String name) {
    return executable.input(name);
  }

  @Override
  public Tensor output(String name) {
    return executable.output(name);
  }

  @Override
  public void run(OpSpans spans) {
    executable.run(spans);
  }

  @Override
  public List<ProductKernel> products() {
    return executable.products();
  }

  @Override
  public MemoryUse memory() {
    return executable.memory();
  }

  @Override
  public void close() {
    executable.close();
  }
}
