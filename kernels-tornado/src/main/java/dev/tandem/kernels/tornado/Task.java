package dev.tandem.kernels.tornado;

import dev.tandem.graph.Node;
import java.util.List;
import uk.ac.manchester.tornado.api.TaskGraph;

/**
 * One kernel of a run.
 *
 * @param node the operation it belongs to
 * @param kernel what it is called in messages
 * @param arrays that it reads or writes
 * @param numbers its other arguments, in TornadoVM's task graph a node each where they differ
 * @param arguments how many it has
 * @param kind what TornadoVM makes of it
 * @param grid its work-items
 * @param adding adds it to a task graph under a name
 */
record Task(
    Node node,
    String kernel,
    List<DeviceArray> arrays,
    List<Object> numbers,
    int arguments,
    Kind kind,
    Grid grid,
    Adding adding) {

  /** What TornadoVM makes of a task. */
  enum Kind {
    /** It translates a method. */
    JAVA,
    /** It launches a kernel that is written in OpenCL C. */
    PREBUILT
  }

  /** Adds a task to a graph. */
  @FunctionalInterface
  interface Adding {
    void to(TaskGraph graph, String name);
  }

  Task {
    arrays = List.copyOf(arrays);
    numbers = List.copyOf(numbers);
  }
}
