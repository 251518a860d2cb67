package dev.tandem.kernels.opencl;

import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphException;
import dev.tandem.graph.Node;
import dev.tandem.kernels.opencl.plan.KernelPlan;
import dev.tandem.kernels.opencl.plan.PlannedBuffer;
import dev.tandem.kernels.opencl.plan.PlannedBuffer.Kind;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongPredicate;
import org.jocl.cl_command_queue;
import org.jocl.cl_mem;

/**
 * The tensors that a caller writes and reads. Mapped, a buffer is the caller's memory. Copied, the
 * caller writes and reads pinned memory, and a run copies from and to it.
 */
final class CallerMemory {
  private record Slot(SharedBuffer buffer, boolean input, boolean output) {}

  private final Graph graph;
  private final Map<Integer, Slot> slots = new LinkedHashMap<>();
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();
  private final Map<String, Tensor> outputs = new LinkedHashMap<>();

  CallerMemory(CompiledMemory memory, KernelPlan plan, LongPredicate mapped) {
    this.graph = plan.graph();
    for (PlannedBuffer b : plan.buffers(Kind.INPUT, Kind.OUTPUT)) {
      SharedBuffer buffer = memory.shared(b.purpose(), b.bytes(), mapped.test(b.bytes()));
      boolean output = plan.outputs().containsValue(b.number());
      slots.put(b.number(), new Slot(buffer, b.kind() == Kind.INPUT, output));
    }
    graph.inputs().forEach(n -> inputs.put(n.name(), tensor(n, plan.inputs().get(n.name()))));
    graph.outputs().forEach((name, n) -> outputs.put(name, tensor(n, plan.outputs().get(name))));
  }

  private Tensor tensor(Node n, int number) {
    return new Tensor(n.shape(), n.type(), slots.get(number).buffer().host());
  }

  /** What a plan takes on a device, bytes, with the caller's side of what is copied. */
  static MemoryUse use(KernelPlan plan, LongPredicate mapped) {
    MemoryUse use = plan.memory();
    for (PlannedBuffer b : plan.buffers(Kind.INPUT, Kind.OUTPUT)) {
      long device = mapped.test(b.bytes()) ? SharedBuffer.mappedBytes(b.bytes()) : b.bytes();
      long host = mapped.test(b.bytes()) ? 0 : b.bytes();
      use = use.plus(new MemoryUse(device + host - b.bytes(), 0, 0, device));
    }
    return use;
  }

  /** The device's side of a buffer. */
  cl_mem device(PlannedBuffer b) {
    return slots.get(b.number()).buffer().device();
  }

  Tensor input(String name) {
    Tensor t = inputs.get(name);
    return t != null ? t : inputs.get(graph.input(name).name());
  }

  Tensor output(String name) {
    Tensor t = outputs.get(name);
    if (t == null) {
      throw new GraphException(
          "graph '" + graph.name() + "' has no output '" + name + "', only " + outputs.keySet());
    }
    return t;
  }

  void toDevice(cl_command_queue queue, RunTimes times) {
    slots.values().forEach(s -> s.buffer().toDevice(queue, s.input(), times));
  }

  void toHost(cl_command_queue queue, RunTimes times) {
    slots.values().forEach(s -> s.buffer().toHost(queue, s.output(), times));
  }
}
