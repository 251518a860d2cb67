package dev.tandem.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.Clock;
import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.OpSpans;
import dev.tandem.devices.Probe;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mesa's OpenCL on a processor, which must be installed and shown: {@code ./test} sees to both. Its
 * events tell no times. The case table runs on it as on every device ({@link OpenClOpCasesTest}).
 */
class RusticlTest {
  @TempDir Path cache;

  private Device open(String options) {
    List<ClDevice> found = Discovery.now().devices();
    assertThat(found)
        .as("apt install mesa-opencl-icd, and set RUSTICL_ENABLE=swrast,llvmpipe")
        .anyMatch(d -> d.platformName().equals("rusticl"));
    return Devices.open("opencl:rusticl,cache=" + cache + options);
  }

  @Test
  void itStandsBesidePocl() {
    open("").close();
    assertThat(Discovery.now().devices())
        .extracting(ClDevice::platformName)
        .contains("Portable Computing Language", "rusticl");
    assertThat(Discovery.now().leftOut()).noneMatch(l -> l.failed());
  }

  @Test
  void theProbeGoesByTheHostsClock() {
    try (Device d = open("")) {
      Probe p = d.probe();
      assertThat(p.gflops()).isBetween(0.001, 1e5);
      assertThat(p.gigabytesPerSecond()).isBetween(0.001, 1e4);
      assertThat(d.clock().by()).isEqualTo(Clock.By.HOST);
      assertThat(d.clock().reason()).isNotBlank();
    }
  }

  @Test
  void aRunIsToldInTheHostsTime() {
    GraphBuilder b = new GraphBuilder("two steps");
    Node x = b.input("x", Shape.of(64), DType.F32);
    Graph g =
        b.output("y", b.scale("second", b.linear("first", b.reshape("r", x, 8, 8), 8, false), 2, 0))
            .build();
    try (Device d = open(",transfer=copied");
        Arena arena = Arena.ofConfined();
        Executable e =
            d.compile(
                g,
                name -> Tensor.allocate(arena, Shape.of(8, 8), DType.F32),
                CompileOptions.DEFAULT)) {
      e.run();
      List<String> said = new ArrayList<>();
      List<Long> times = new ArrayList<>();
      OpSpans heard =
          new OpSpans() {
            @Override
            public void span(Node node, long startNs, long endNs) {
              hear(node.name(), startNs, endNs);
            }

            @Override
            public void clockError(long errorNs) {
              said.add("error");
            }

            @Override
            public void busy(long startNs, long endNs) {
              assertThat(endNs).isGreaterThan(startNs);
            }

            @Override
            public void transfer(Direction direction, long bytes, long startNs, long endNs) {
              hear(direction.name(), startNs, endNs);
            }

            private void hear(String what, long startNs, long endNs) {
              said.add(what);
              times.add(startNs);
              times.add(endNs);
            }
          };
      long before = System.nanoTime();
      e.run(heard);
      long after = System.nanoTime();
      assertThat(said).startsWith("UPLOAD", "DOWNLOAD").contains("first").doesNotContain("error");
      assertThat(times).allMatch(t -> t >= before && t <= after);
      assertThat(d.clock().by()).isEqualTo(Clock.By.HOST);
    }
  }
}
