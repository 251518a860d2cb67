package dev.tandem.devices.simulated;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Executable;
import dev.tandem.devices.OpSpans;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Graph;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Fills its outputs with numbers between -1 and 1 that depend on nothing but the inputs. What comes
 * out for one picture of a batch depends on that picture's inputs only.
 */
final class SimulatedExecutable implements Executable {
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private final SimulatedDevice device;
  private final Graph graph;
  private final Arena arena;
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();
  private final Map<String, Tensor> outputs = new LinkedHashMap<>();
  private final MemoryUse memory;

  @SuppressWarnings("MustBeClosedChecker") // close() does
  SimulatedExecutable(SimulatedDevice device, Graph graph, MemoryUse memory) {
    this.device = device;
    this.graph = graph;
    this.memory = memory;
    arena = Arena.ofShared();
    graph.inputs().forEach(n -> inputs.put(n.name(), Tensor.allocate(arena, n.shape(), n.type())));
    graph
        .outputs()
        .forEach((name, n) -> outputs.put(name, Tensor.allocate(arena, n.shape(), n.type())));
  }

  /** Pictures or prompts in one run: the first dimension of the inputs. */
  static int batch(Graph graph) {
    return graph.inputs().isEmpty() ? 1 : graph.inputs().getFirst().shape().dim(0);
  }

  @Override
  public Graph graph() {
    return graph;
  }

  @Override
  public Tensor input(String name) {
    graph.input(name); // reports an unknown name
    return inputs.get(name);
  }

  @Override
  public Tensor output(String name) {
    graph.output(name); // reports an unknown name
    return outputs.get(name);
  }

  @Override
  public void run(OpSpans spans) {
    if (!arena.scope().isAlive()) {
      throw new DeviceException("executable '" + graph.name() + "' is closed");
    }
    device.spend(graph);
    int batch = batch(graph);
    for (int row = 0; row < batch; row++) {
      long hash = graph.weights().size();
      for (Map.Entry<String, Tensor> in : inputs.entrySet()) {
        hash = mix(hash ^ in.getKey().hashCode());
        hash = hash(row(in.getValue(), row, batch), hash);
      }
      for (Map.Entry<String, Tensor> out : outputs.entrySet()) {
        fill(row(out.getValue(), row, batch), mix(hash ^ out.getKey().hashCode()));
      }
    }
  }

  private static MemorySegment row(Tensor t, int row, int batch) {
    long bytes = t.data().byteSize() / batch;
    return t.data().asSlice(row * bytes, bytes);
  }

  private static long hash(MemorySegment data, long seed) {
    long hash = seed;
    for (long i = 0; i + 4 <= data.byteSize(); i += 4) {
      hash = mix(hash ^ data.get(ValueLayout.JAVA_INT_UNALIGNED, i));
    }
    return hash;
  }

  private static void fill(MemorySegment data, long seed) {
    long state = seed;
    for (long i = 0; i + 4 <= data.byteSize(); i += 4) {
      state = mix(state);
      data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, i, (int) state * 0x1p-31f);
    }
  }

  /** One round of SplitMix64 (Steele et al. 2014). */
  private static long mix(long value) {
    long z = value + MIX;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  @Override
  public MemoryUse memory() {
    return memory;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      device.forget(this);
      arena.close();
    }
  }
}
