package dev.tandem.kernels.cpu;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Fusion;
import dev.tandem.graph.Graph;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Fuses, plans memory and lowers every node of a graph. */
final class Compiler {
  private static final int ALIGNMENT = 64;

  private final OneDnnDevice device;
  private final Graph graph;
  private final MemoryPlan plan;
  private final Arena memory;
  private final Primitives primitives;
  private final WeightStore store;

  @SuppressWarnings("MustBeClosedChecker") // the executable owns the arena and closes it
  private Compiler(OneDnnDevice device, Graph source) {
    this.device = device;
    graph = Fusion.apply(source);
    plan = MemoryPlan.of(graph, ALIGNMENT);
    memory = Arena.ofShared();
    primitives = device.primitives(memory);
    store = new WeightStore(primitives);
  }

  static OneDnnExecutable compile(OneDnnDevice device, Graph source, Weights weights) {
    Compiler c = new Compiler(device, source);
    try {
      return c.executable(weights);
    } catch (OutOfMemoryError e) {
      c.free();
      throw new DeviceException(
          "device '"
              + device.info().id()
              + "' has not enough memory for '"
              + c.graph.name()
              + "': activations alone need "
              + c.plan.arenaBytes()
              + " bytes",
          e);
    } catch (RuntimeException | Error e) {
      c.free();
      throw e;
    }
  }

  private OneDnnExecutable executable(Weights weights) {
    List<OneDnnExecutable.Step> steps = new ArrayList<>();
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    AtomicLong scratch = new AtomicLong();
    device
        .thread()
        .run(
            () -> {
              Lowering lowering = lowering();
              lower(lowering, steps);
              graph.inputs().forEach(n -> inputs.put(n.name(), tensor(lowering, n)));
              graph.outputs().forEach((name, n) -> outputs.put(name, tensor(lowering, n)));
              scratch.set(primitives.finish());
            });
    store.fill(weights, device.thread());
    Executable.MemoryUse use =
        new Executable.MemoryUse(plan.arenaBytes(), store.bytes(), scratch.get());
    return new OneDnnExecutable(
        device,
        new OneDnnExecutable.Compiled(
            graph, steps, inputs, outputs, use, primitives.implementations(), this::free));
  }

  private Lowering lowering() {
    MemorySegment activations = memory.allocate(Math.max(1, plan.arenaBytes()), ALIGNMENT);
    return new Lowering(primitives, store, plan, activations);
  }

  private void lower(Lowering lowering, List<OneDnnExecutable.Step> steps) {
    for (Node n : graph.nodes()) {
      if (n.isComputed()) {
        try {
          steps.add(new OneDnnExecutable.Step(n, lowering.lower(n)));
        } catch (DeviceException e) {
          throw new DeviceException(
              "device '" + device.info().id() + "' cannot compile " + n + ": " + e.getMessage(), e);
        }
      }
    }
  }

  private static Tensor tensor(Lowering lowering, Node n) {
    return new Tensor(n.shape(), n.type(), lowering.memory(n));
  }

  private void free() {
    device.thread().run(primitives::close);
    memory.close();
  }
}
