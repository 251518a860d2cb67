package dev.tandem.conformance.golden;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.devices.cases.OpCaseRunner;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.stages.checkpoint.SafeTensors;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Runs one graph on a device with golden inputs. */
final class Network {
  private Network() {}

  /**
   * Compiles, runs and closes.
   *
   * @param input the golden tensor for each of the graph's inputs; F32 values of rank 4 come in
   *     PyTorch's layout. One value is spread over a batch.
   * @return every output, in this program's layout
   * @throws IllegalStateException if the device reports no time for an operation, so that it is not
   *     known to have run there
   */
  static Map<String, float[]> run(
      Device device, Graph graph, Weights weights, Function<String, Tensor> input) {
    try (Executable e = device.compile(graph, weights, CompileOptions.DEFAULT)) {
      for (Node n : graph.inputs()) {
        Tensor golden = input.apply(n.name());
        if (n.type() == DType.I32) {
          e.input(n.name()).set(golden.toInts());
        } else {
          e.input(n.name()).set(spread(Nhwc.of(golden), n));
        }
      }
      Set<Node> unseen =
          e.graph().nodes().stream()
              .filter(n -> n.isComputed() && !(n.op() instanceof Op.Reshape))
              .collect(Collectors.toCollection(LinkedHashSet::new));
      e.run((node, start, end) -> unseen.remove(node));
      if (!unseen.isEmpty()) {
        throw new IllegalStateException(device.info().id() + " did not run " + unseen);
      }
      Map<String, float[]> outputs = new HashMap<>();
      graph.outputs().keySet().forEach(o -> outputs.put(o, e.output(o).toFloats()));
      return outputs;
    }
  }

  private static float[] spread(float[] values, Node input) {
    if (values.length != 1) {
      return values;
    }
    float[] all = new float[Math.toIntExact(input.shape().elements())];
    java.util.Arrays.fill(all, values[0]);
    return all;
  }

  /** The check of one output against the golden tensor of that name. */
  static Check check(
      String caseName, Device device, float[] actual, SafeTensors golden, String tensor) {
    double error = OpCaseRunner.error(actual, Nhwc.of(golden.get(tensor)));
    return Check.of(caseName + " " + tensor, device.info().id(), error, Bounds.NETWORK);
  }
}
