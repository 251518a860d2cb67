package dev.tandem.kernels.tornado;

import dev.tandem.devices.DeviceException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;

/**
 * Tasks as task graphs: one, or as few as TornadoVM's limits allow, which are run one after the
 * other. What is on the device stays there: a graph hands all arrays that later ones need on.
 *
 * @param grids of the tasks of each graph: TornadoVM looks for all names of a grid in each graph
 * @param names of tasks, in order
 */
record TaskGraphs(List<ImmutableTaskGraph> graphs, List<GridScheduler> grids, List<String> names) {
  /** What {@link Discovery} has TornadoVM reserve for the program of a graph: 500 for each task. */
  static final int PROGRAM_BYTES = 64 << 10;

  /** What {@link Discovery} has TornadoVM reserve for the events of one list: a graph's nodes. */
  static final int MOST_EVENTS = 1024;

  // TornadoVM's limits of one graph (version 5.2: TornadoTaskGraph, TornadoExecutionContext,
  // TornadoGraph), each with some room: bytes of its description, tasks, nodes.
  // Of prebuilt tasks only one: TornadoVM takes all of a graph for the first of them
  // (PrebuiltTask.equals).
  private static final int MOST_BYTES = 8000;
  private static final int BYTES_OF_TASK = 15;
  private static final int BYTES_OF_ARGUMENT = 5;
  private static final int MOST_TASKS = 120;
  private static final int MOST_NODES = 960;
  private static final int NODES_OF_ARRAY = 3;
  private static final int NODES_OF_TASK = 5;

  /**
   * Builds the graphs; all arrays must have been allocated.
   *
   * @param device what messages call the device
   * @throws DeviceException if TornadoVM does not take a task, with its operation
   */
  static TaskGraphs of(String device, List<Task> tasks) {
    List<List<Task>> parts = split(tasks);
    List<ImmutableTaskGraph> graphs = new ArrayList<>();
    List<GridScheduler> grids = new ArrayList<>();
    List<String> names = new ArrayList<>();
    Set<DeviceArray> known = new LinkedHashSet<>();
    for (int i = 0; i < parts.size(); i++) {
      List<Task> part = parts.get(i);
      TaskGraph graph = new TaskGraph("g" + i);
      if (!known.isEmpty()) {
        graph.consumeFromDevice("g" + (i - 1), objects(known));
      }
      Set<DeviceArray> own = arrays(part);
      own.removeAll(known);
      own.forEach(a -> introduce(graph, a));
      grids.add(new GridScheduler());
      for (Task t : part) {
        String name = "t" + names.size();
        add(device, t, graph, name);
        names.add("g" + i + "." + name);
        grids.getLast().addWorkerGrid(names.getLast(), t.grid().workers());
      }
      Set<DeviceArray> later =
          arrays(parts.subList(i + 1, parts.size()).stream().flatMap(List::stream).toList());
      arrays(part).stream()
          .filter(a -> a.role() == DeviceArray.Role.OUTPUT && !later.contains(a))
          .forEach(a -> graph.transferToHost(DataTransferMode.EVERY_EXECUTION, a.object()));
      // What it has got from the graph before it hands on by itself; said twice, it is freed twice.
      own.retainAll(later);
      if (!own.isEmpty()) {
        graph.persistOnDevice(objects(own));
      }
      known.addAll(own);
      known.retainAll(later);
      graphs.add(graph.snapshot());
    }
    return new TaskGraphs(graphs, grids, names);
  }

  /** TornadoVM reads a kernel's bytecode at once, and says here what it cannot translate. */
  private static void add(String device, Task t, TaskGraph graph, String name) {
    try {
      t.adding().to(graph, name);
    } catch (RuntimeException | Error e) {
      throw new DeviceException(
          device
              + ": cannot compile "
              + t.node()
              + " (kernel "
              + t.kernel()
              + "): "
              + Failures.text(e),
          e);
    }
  }

  private static void introduce(TaskGraph graph, DeviceArray a) {
    switch (a.role()) {
      case ONCE -> graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, a.object());
      case INPUT -> graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, a.object());
      // Otherwise TornadoVM would copy the host's side to the device once.
      case RESIDENT -> graph.transferToDevice(DataTransferMode.UNDER_DEMAND, a.object());
      case OUTPUT -> {}
    }
  }

  private static Object[] objects(Set<DeviceArray> arrays) {
    return arrays.stream().map(DeviceArray::object).toArray();
  }

  private static Set<DeviceArray> arrays(List<Task> tasks) {
    Set<DeviceArray> all = new LinkedHashSet<>();
    tasks.forEach(t -> all.addAll(t.arrays()));
    return all;
  }

  private static List<List<Task>> split(List<Task> tasks) {
    List<List<Task>> parts = new ArrayList<>();
    Size size = new Size();
    for (Task t : tasks) {
      if (parts.isEmpty() || !size.fits(t)) {
        parts.add(new ArrayList<>());
        size = new Size();
      }
      size.add(t);
      parts.getLast().add(t);
    }
    return parts;
  }

  /** What a graph takes of TornadoVM's limits. */
  private static final class Size {
    private final Set<Object> nodes = new HashSet<>();
    private int tasks;
    private int bytes;
    private int arrays;

    private boolean fits(Task t) {
      Size more = new Size();
      more.nodes.addAll(nodes);
      more.tasks = tasks;
      more.bytes = bytes;
      more.arrays = arrays;
      more.add(t);
      return t.kind() == Task.Kind.JAVA
          && more.bytes <= MOST_BYTES
          && more.tasks <= MOST_TASKS
          && more.nodes.size() + (NODES_OF_ARRAY - 1) * more.arrays + NODES_OF_TASK * more.tasks
              <= MOST_NODES;
    }

    private void add(Task t) {
      tasks++;
      bytes += BYTES_OF_TASK + BYTES_OF_ARGUMENT * t.arguments();
      nodes.addAll(t.numbers());
      for (DeviceArray a : t.arrays()) {
        arrays += nodes.add(a) ? 1 : 0;
      }
    }
  }
}
