package dev.tandem.kernels.tornado;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.OpSpans;
import dev.tandem.graph.Node;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How long each task of a task graph took, by TornadoVM's profiler. It tells for how long a kernel
 * ran, in the device's time, but not when: so kernels are laid one after the other into the time
 * that the whole graph took, with pauses of equal length.
 *
 * @param ns by the tasks' names
 * @param start of the graph, by the host
 * @param end of the graph, by the host
 */
record KernelTimes(Map<String, Long> ns, long start, long end) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String KERNEL = "TASK_KERNEL_TIME";

  /** Reads a profile. */
  static KernelTimes of(String profile, long start, long end) {
    try {
      Map<String, Long> ns = new HashMap<>();
      for (JsonNode graph : JSON.readTree(profile)) {
        for (Map.Entry<String, JsonNode> task : graph.properties()) {
          if (task.getValue().has(KERNEL)) {
            ns.put(task.getKey(), task.getValue().get(KERNEL).asLong());
          }
        }
      }
      return new KernelTimes(ns, start, end);
    } catch (JsonProcessingException e) {
      throw new DeviceException("TornadoVM's profile cannot be read: " + e.getOriginalMessage(), e);
    }
  }

  /** From the start of an operation's first kernel to the end of its last. */
  private record Operation(Node node, long from, long to) {}

  /**
   * Tells the spans of all operations. Kernels that follow each other and have one node are one;
   * what comes to a node later only brings its value to the caller.
   */
  static void tell(List<KernelTimes> graphs, List<String> names, List<Task> tasks, OpSpans spans) {
    spans.clockError(graphs.stream().mapToLong(KernelTimes::pause).sum());
    Map<Node, Operation> operations = new LinkedHashMap<>();
    Optional<Node> last = Optional.empty();
    int task = 0;
    for (KernelTimes g : graphs) {
      long at = g.start;
      long pause = g.pause() / Math.max(1, g.ns.size());
      for (; task < tasks.size() && g.ns.containsKey(names.get(task)); task++) {
        Node node = tasks.get(task).node();
        long from = at + pause;
        at = from + g.ns.get(names.get(task));
        Operation begun = operations.get(node);
        if (begun == null) {
          operations.put(node, new Operation(node, from, at));
        } else if (last.equals(Optional.of(node))) {
          operations.put(node, new Operation(node, begun.from(), at));
        }
        last = Optional.of(node);
      }
    }
    for (Operation o : operations.values()) {
      if (o.node().isComputed()) {
        spans.span(o.node(), o.from(), o.to());
      }
    }
  }

  /** What of the graph's time no kernel ran. */
  private long pause() {
    return Math.max(0, end - start - ns.values().stream().mapToLong(Long::longValue).sum());
  }
}
