package dev.tandem.kernels.tornado;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.OpSpans;
import dev.tandem.graph.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

  /**
   * Tells the spans of all operations; kernels that follow each other and have one node are one.
   */
  static void tell(List<KernelTimes> graphs, List<String> names, List<Task> tasks, OpSpans spans) {
    long pauses = graphs.stream().mapToLong(KernelTimes::pause).sum();
    spans.clockError(pauses);
    int task = 0;
    for (KernelTimes g : graphs) {
      long at = g.start;
      long pause = g.pause() / Math.max(1, g.ns.size());
      while (task < tasks.size() && g.ns.containsKey(names.get(task))) {
        Node node = tasks.get(task).node();
        long from = at + pause;
        do {
          at += pause + g.ns.get(names.get(task));
          task++;
        } while (task < tasks.size()
            && tasks.get(task).node() == node
            && g.ns.containsKey(names.get(task)));
        if (node.isComputed()) {
          spans.span(node, from, at);
        }
      }
    }
  }

  /** What of the graph's time no kernel ran. */
  private long pause() {
    return Math.max(0, end - start - ns.values().stream().mapToLong(Long::longValue).sum());
  }
}
