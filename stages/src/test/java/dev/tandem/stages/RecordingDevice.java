package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.Executable;
import dev.tandem.devices.MemoryLimit;
import dev.tandem.devices.Weights;
import dev.tandem.devices.simulated.SimulatedCosts;
import dev.tandem.devices.simulated.SimulatedDevice;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Computes noise, and notes what it compiled. */
final class RecordingDevice implements Device {
  private final Device device =
      new SimulatedDevice(
          new DeviceInfo("sim", "sim", DeviceInfo.Type.CPU, 1, 1L << 32, ""),
          new SimulatedCosts.Rates(1e12, 1e12, 0),
          ns -> {});
  private final List<Form> compiled = new ArrayList<>();

  /** A graph in values that can be compared. */
  record Form(String name, List<NodeForm> nodes, Map<String, Integer> outputs) {
    static Form of(Graph g) {
      Map<String, Integer> outputs = new TreeMap<>();
      g.outputs().forEach((name, n) -> outputs.put(name, n.id()));
      return new Form(g.name(), g.nodes().stream().map(NodeForm::of).toList(), outputs);
    }

    @Override
    public String toString() {
      return name + " " + nodes.size() + " nodes, outputs " + outputs;
    }
  }

  record NodeForm(String name, Op op, List<Integer> inputs, Shape shape, DType type) {
    static NodeForm of(Node n) {
      List<Integer> inputs = n.inputs().stream().map(Node::id).toList();
      return new NodeForm(n.name(), n.op(), inputs, n.shape(), n.type());
    }
  }

  static List<Form> forms(List<Graph> graphs) {
    return graphs.stream().map(Form::of).toList();
  }

  /** What was compiled, in order. */
  List<Form> compiled() {
    return compiled;
  }

  @Override
  public DeviceInfo info() {
    return device.info();
  }

  @Override
  public Executable compile(Graph graph, Weights weights, CompileOptions options) {
    graph.weights().forEach(weights::get);
    compiled.add(Form.of(graph));
    return device.compile(graph, weights, options);
  }

  @Override
  public Executable.MemoryUse estimate(Graph graph, CompileOptions options) {
    return device.estimate(graph, options);
  }

  @Override
  public MemoryLimit memoryLimit() {
    return device.memoryLimit();
  }

  @Override
  public void close() {
    device.close();
  }
}
