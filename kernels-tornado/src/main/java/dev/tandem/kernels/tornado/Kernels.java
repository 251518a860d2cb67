package dev.tandem.kernels.tornado;

import dev.tandem.graph.Node;
import java.util.List;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task6;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task7;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task8;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/**
 * Kernels in Java as tasks. A kernel is named by a method reference at the place of use: TornadoVM
 * looks for its bytecode there.
 */
final class Kernels {
  private static final KernelContext CONTEXT = new KernelContext();

  private Kernels() {}

  /** The arrays that every kernel takes, and whether values are stored in 16 bits. */
  record Arrays(
      DeviceArray wide,
      DeviceArray small,
      DeviceArray weights,
      DeviceArray smallWeights,
      boolean half) {
    private int narrow() {
      return half ? 1 : 0;
    }
  }

  /** Makes a task once its arrays are known. */
  @FunctionalInterface
  interface Call {
    Task task(Node n, String kernel, Arrays a, DeviceArray sizes, Grid grid);
  }

  private static Task task(
      Node n, String kernel, List<DeviceArray> arrays, Arrays a, Grid grid, Task.Adding adding) {
    return new Task(
        n, kernel, arrays, List.of(a.narrow()), arrays.size() + 3, Task.Kind.JAVA, grid, adding);
  }

  /** A kernel that needs activations and 32-bit weights. */
  static Call of(Task6<KernelContext, FloatArray, ShortArray, FloatArray, IntArray, Integer> code) {
    return (n, kernel, a, p, grid) ->
        task(
            n,
            kernel,
            List.of(a.wide(), a.small(), a.weights(), p),
            a,
            grid,
            (graph, name) ->
                graph.task(
                    name,
                    code,
                    CONTEXT,
                    a.wide().floats(),
                    a.small().shorts(),
                    a.weights().floats(),
                    p.ints(),
                    a.narrow()));
  }

  /** A kernel that needs all weights. */
  static Call weighted(
      Task7<KernelContext, FloatArray, ShortArray, FloatArray, ShortArray, IntArray, Integer>
          code) {
    return (n, kernel, a, p, grid) ->
        task(
            n,
            kernel,
            List.of(a.wide(), a.small(), a.weights(), a.smallWeights(), p),
            a,
            grid,
            (graph, name) ->
                graph.task(
                    name,
                    code,
                    CONTEXT,
                    a.wide().floats(),
                    a.small().shorts(),
                    a.weights().floats(),
                    a.smallWeights().shorts(),
                    p.ints(),
                    a.narrow()));
  }

  /** A kernel that takes one more number, which is a constant to the compiler. */
  static Call with(
      int constant,
      Task7<KernelContext, FloatArray, ShortArray, FloatArray, IntArray, Integer, Integer> code) {
    return (n, kernel, a, p, grid) ->
        task(
            n,
            kernel,
            List.of(a.wide(), a.small(), a.weights(), p),
            a,
            grid,
            (graph, name) ->
                graph.task(
                    name,
                    code,
                    CONTEXT,
                    a.wide().floats(),
                    a.small().shorts(),
                    a.weights().floats(),
                    p.ints(),
                    a.narrow(),
                    constant));
  }

  /** A kernel that reads real numbers of the caller's. */
  static Call reading(
      DeviceArray from,
      Task7<KernelContext, FloatArray, FloatArray, ShortArray, FloatArray, IntArray, Integer>
          code) {
    return (n, kernel, a, p, grid) ->
        task(
            n,
            kernel,
            List.of(from, a.wide(), a.small(), a.weights(), p),
            a,
            grid,
            (graph, name) ->
                graph.task(
                    name,
                    code,
                    CONTEXT,
                    from.floats(),
                    a.wide().floats(),
                    a.small().shorts(),
                    a.weights().floats(),
                    p.ints(),
                    a.narrow()));
  }

  /** A kernel that writes real numbers for the caller. */
  static Call writing(
      DeviceArray to,
      Task7<KernelContext, FloatArray, ShortArray, FloatArray, FloatArray, IntArray, Integer>
          code) {
    return (n, kernel, a, p, grid) ->
        task(
            n,
            kernel,
            List.of(a.wide(), a.small(), a.weights(), to, p),
            a,
            grid,
            (graph, name) ->
                graph.task(
                    name,
                    code,
                    CONTEXT,
                    a.wide().floats(),
                    a.small().shorts(),
                    a.weights().floats(),
                    to.floats(),
                    p.ints(),
                    a.narrow()));
  }

  /** A kernel that reads row numbers of the caller's. */
  static Call indexed(
      DeviceArray ids,
      Task7<KernelContext, IntArray, FloatArray, ShortArray, FloatArray, IntArray, Integer> code) {
    return (n, kernel, a, p, grid) ->
        task(
            n,
            kernel,
            List.of(ids, a.wide(), a.small(), a.weights(), p),
            a,
            grid,
            (graph, name) ->
                graph.task(
                    name,
                    code,
                    CONTEXT,
                    ids.ints(),
                    a.wide().floats(),
                    a.small().shorts(),
                    a.weights().floats(),
                    p.ints(),
                    a.narrow()));
  }

  /** A kernel that reads row numbers of the caller's and a table among the weights. */
  static Call indexedTable(
      DeviceArray ids,
      Task8<
              KernelContext,
              IntArray,
              FloatArray,
              ShortArray,
              FloatArray,
              ShortArray,
              IntArray,
              Integer>
          code) {
    return (n, kernel, a, p, grid) ->
        task(
            n,
            kernel,
            List.of(ids, a.wide(), a.small(), a.weights(), a.smallWeights(), p),
            a,
            grid,
            (graph, name) ->
                graph.task(
                    name,
                    code,
                    CONTEXT,
                    ids.ints(),
                    a.wide().floats(),
                    a.small().shorts(),
                    a.weights().floats(),
                    a.smallWeights().shorts(),
                    p.ints(),
                    a.narrow()));
  }

  /** All elements of an array. */
  static Task copy(Node n, DeviceArray from, DeviceArray to, DeviceArray size) {
    return new Task(
        n,
        "copy",
        List.of(from, to, size),
        List.of(),
        4,
        Task.Kind.JAVA,
        Grid.flat(to.count()),
        (graph, name) ->
            graph.task(name, Movement::copy, CONTEXT, from.floats(), to.floats(), size.ints()));
  }
}
