package dev.tandem.kernels.tornado;

import dev.tandem.graph.Node;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A kernel that no device can run. (Surefire looks at the methods of test classes in a Java without
 * TornadoVM, so that theirs must not name its classes.)
 */
final class Planted {
  private Planted() {}

  /** The same with such a kernel for the output {@code y}, after the first task. */
  static Lowered in(Lowered good) {
    DeviceArray array = good.arrays().getFirst();
    Task bad =
        new Task(
            good.graph().output("y"),
            "planted",
            List.of(array),
            List.of(),
            1,
            Task.Kind.JAVA,
            Grid.flat(16),
            (graph, name) -> graph.task(name, Planted::throwing, array.floats()));
    return new Lowered(
        good.graph(),
        good.arrays(),
        List.of(good.tasks().getFirst(), bad, good.tasks().getLast()),
        good.inputs(),
        good.outputs(),
        List.of(),
        good.memory(),
        good.sources());
  }

  /** A task of a node that does nothing. */
  static Task task(Node n) {
    return new Task(
        n, "none", List.of(), List.of(), 0, Task.Kind.JAVA, Grid.flat(4), (graph, name) -> {});
  }

  private static void throwing(FloatArray a) {
    if (a.get(0) > 1) {
      throw new IllegalStateException(String.valueOf(a.get(1)));
    }
  }
}
