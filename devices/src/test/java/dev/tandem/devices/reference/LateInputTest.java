package dev.tandem.devices.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.WeightException;
import dev.tandem.graph.DType;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;
import org.junit.jupiter.api.Test;

class LateInputTest {

  @Test
  void anInputThatStandsBehindOtherNodesSharesNoMemoryWithThem() {
    Shape s = Shape.of(1, 2);
    GraphBuilder g = new GraphBuilder("late input");
    Node x = g.scale("a", g.input("x", s, DType.F32), 2, 0);
    x = g.scale("c", g.scale("b", x, 2, 0), 2, 0); // the array of "a" is free from here on
    g.output("y", g.add("sum", x, g.input("late", s, DType.F32)));
    try (Device device = Devices.open("reference");
        Executable e =
            device.compile(
                g.build(),
                name -> {
                  throw new WeightException(name);
                },
                CompileOptions.DEFAULT)) {
      e.input("x").set(new float[] {1, 2});
      e.input("late").set(new float[] {100, 200});
      e.run();
      assertThat(e.output("y").toFloats()).containsExactly(108, 216);
    }
  }
}
