package dev.tandem.devices.cases;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.graph.Graph;
import java.lang.foreign.Arena;
import java.util.Optional;

/** A case with its data, and what the reference device makes of it: found once for all devices. */
public final class CaseReference implements AutoCloseable {
  private final OpCase operation;
  private final Arena arena = Arena.ofShared();
  private final CaseData data;
  private Optional<float[]> expected = Optional.empty();

  /** Draws the data; the reference device computes when its result is first asked for. */
  public CaseReference(OpCase operation) {
    this.operation = operation;
    this.data = new CaseData(operation, arena);
  }

  public OpCase operation() {
    return operation;
  }

  /** The output of the graph as given, in F32. */
  float[] expected() {
    if (expected.isEmpty()) {
      try (Device reference = Devices.open("reference");
          Executable e = compile(reference, operation.graph(), Precision.F32)) {
        e.run();
        expected = Optional.of(e.output("y").toFloats());
      }
    }
    return expected.get();
  }

  /** A graph of the case's inputs and weights, with its inputs set. */
  Executable compile(Device device, Graph graph, Precision precision) {
    Executable e = device.compile(graph, data, new CompileOptions(precision));
    graph.inputs().forEach(n -> e.input(n.name()).set(data.input(n)));
    return e;
  }

  @Override
  public void close() {
    arena.close();
  }
}
