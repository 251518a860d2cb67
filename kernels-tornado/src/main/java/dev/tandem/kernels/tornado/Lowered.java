package dev.tandem.kernels.tornado;

import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.graph.Graph;
import java.util.List;
import java.util.Map;

/**
 * A graph as tasks, with nothing allocated.
 *
 * @param graph as compiled, after fusion
 * @param inputs arrays that callers write, by the inputs' names
 * @param outputs arrays that callers read, by the outputs' names
 * @param checks of what kernels cannot refuse, before each run
 */
record Lowered(
    Graph graph,
    List<DeviceArray> arrays,
    List<Task> tasks,
    Map<String, DeviceArray> inputs,
    Map<String, DeviceArray> outputs,
    List<RowCheck> checks,
    MemoryUse memory) {

  Lowered {
    arrays = List.copyOf(arrays);
    tasks = List.copyOf(tasks);
    inputs = Map.copyOf(inputs);
    outputs = Map.copyOf(outputs);
    checks = List.copyOf(checks);
  }
}
