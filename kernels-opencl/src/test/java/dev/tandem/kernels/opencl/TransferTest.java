package dev.tandem.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceSpec;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.OpSpans;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;
import java.lang.foreign.Arena;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How tensors go between caller and device, on PoCL. */
class TransferTest {
  private static final Weights ONES =
      name -> Tensor.of(Arena.ofAuto(), Shape.of(3, 3), 1, 1, 1, 1, 1, 1, 1, 1, 1);

  @ParameterizedTest
  @CsvSource({
    "opencl:0, 8, UPLOAD DOWNLOAD",
    "opencl:0, 65536, UNMAP MAP",
    "'opencl:0,transfer=mapped', 8, UNMAP MAP",
    "'opencl:0,transfer=copied', 65536, UPLOAD DOWNLOAD"
  })
  void smallTensorsAreCopiedLargeOnesMapped(String spec, int elements, String ways) {
    try (Device d = Devices.open(spec);
        Executable e = d.compile(doubled(elements), ONES, CompileOptions.DEFAULT)) {
      Ways seen = new Ways();
      for (int run = 1; run <= 3; run++) { // what the caller writes late counts, all else stays
        e.input("x").setFloat(elements - 1, run);
        e.run(seen);
        assertThat(e.output("y").getFloat(elements - 1)).isEqualTo(2f * run);
        assertThat(e.output("y").getFloat(0)).isZero();
      }
      assertThat(seen.ways.stream().map(Enum::name).toList())
          .containsExactlyInAnyOrder(ways.split(" "));
    }
    assertThat(Thread.getAllStackTraces().keySet())
        .as("JOCL's threads call the driver beside ours, and may after the context is gone")
        .noneMatch(t -> t.getName().startsWith("AsyncOpThread"));
  }

  @Test
  void mappedMemoryBeginsAtAPageAndIsAMultipleOfACacheLineLong() {
    try (OpenClDevice d = Opened.device("opencl:0")) {
      CompiledMemory memory = new CompiledMemory(d.cl());
      try {
        for (int bytes : new int[] {4, 4100, 1 << 20}) {
          SharedBuffer b = memory.shared("a test", bytes, true);
          assertThat(b.host().address() % 4096).isZero();
          assertThat(b.host().byteSize()).isEqualTo(bytes);
        }
        assertThat(d.cl().budget().used()).isEqualTo(64 + 4160 + (1 << 20));
      } finally {
        memory.close();
      }
      assertThat(d.cl().budget().used()).isZero();
    }
  }

  /** Each time another allocation is the one that does not fit; all before it are given back. */
  @ParameterizedTest
  @ValueSource(strings = {"mapped", "copied"})
  void everyAllocationThatDoesNotFitIsNamedAndNothingIsKept(String transfer) {
    GraphBuilder b = new GraphBuilder("limited");
    Node x = b.input("x", Shape.of(2, 3), DType.F32);
    Node h = b.linear("layer", x, 3, false);
    Graph g =
        b.output("y", b.scale("s", b.activate("a", h, dev.tandem.graph.Activation.TANH), 2, 0))
            .build();
    DeviceSpec spec = DeviceSpec.parse("opencl:0,transfer=" + transfer);
    long need;
    try (Device d = Devices.open(spec)) {
      need = d.estimate(g, CompileOptions.DEFAULT).total();
    }
    for (long limit = 1; limit < need; limit += 16) {
      long most = limit;
      try (OpenClDevice d = Opened.device(spec.withMemoryLimit(limit))) {
        assertThatThrownBy(() -> d.compile(g, ONES, CompileOptions.DEFAULT))
            .isInstanceOf(DeviceException.class)
            .hasMessageMatching(
                "opencl:0: no memory for .*(x|y|w|limited).*: \\d+ bytes asked, but .* "
                    + most
                    + " bytes.*");
        assertThat(d.cl().budget().used()).as("kept after a refusal").isZero();
      }
    }
    try (Device d = Devices.open(spec.withMemoryLimit(need))) {
      d.compile(g, ONES, CompileOptions.DEFAULT).close();
    }
  }

  private static Graph doubled(int elements) {
    GraphBuilder b = new GraphBuilder("doubled");
    Node x = b.input("x", Shape.of(elements), DType.F32);
    return b.output("y", b.scale("s", x, 2, 0)).build();
  }

  private static final class Ways implements OpSpans {
    private final Set<Direction> ways = EnumSet.noneOf(Direction.class);

    @Override
    public void span(Node node, long startNs, long endNs) {}

    @Override
    public void transfer(Direction direction, long bytes, long startNs, long endNs) {
      ways.add(direction);
    }
  }
}
