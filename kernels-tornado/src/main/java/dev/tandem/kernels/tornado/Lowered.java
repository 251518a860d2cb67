package dev.tandem.kernels.tornado;

import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.graph.Graph;
import dev.tandem.kernels.opencl.plan.IndexCheck;
import java.util.List;
import java.util.Map;

/**
 * A graph as tasks, with nothing allocated.
 *
 * @param graph as compiled, after fusion
 * @param inputs arrays that callers write, by the inputs' names
 * @param outputs arrays that callers read, by the outputs' names
 * @param sources of prebuilt kernels, which must be files while tasks are compiled
 * @param checks of what kernels cannot refuse, before each run
 */
record Lowered(
    Graph graph,
    List<DeviceArray> arrays,
    List<Task> tasks,
    Map<String, DeviceArray> inputs,
    Map<String, DeviceArray> outputs,
    List<IndexCheck> checks,
    MemoryUse memory,
    PrebuiltSources sources) {

  Lowered {
    arrays = List.copyOf(arrays);
    tasks = List.copyOf(tasks);
    inputs = Map.copyOf(inputs);
    outputs = Map.copyOf(outputs);
    checks = List.copyOf(checks);
  }
}
