package dev.tandem.kernels.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tandem.devices.DeviceException;
import dev.tandem.graph.DType;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What TornadoVM's profiler writes. */
class KernelTimesTest {
  @Test
  void timesOfKernelsAreFoundByTheirTasks() {
    String profile =
        """
        {
            "g0": {
                "TOTAL_KERNEL_TIME": "1500",
                "g0.t1": { "METHOD": "Elements.add", "TASK_KERNEL_TIME": "1000" },
                "g0.t0": { "METHOD": "Movement.load", "TASK_KERNEL_TIME": "500" }
            }
        }
        """;
    KernelTimes times = KernelTimes.of(profile, 10, 2010);
    assertThat(times.ns()).containsOnly(Map.entry("g0.t0", 500L), Map.entry("g0.t1", 1000L));
  }

  /**
   * Of two task graphs: the second operation's kernels are in both, and the first is saved last.
   */
  @Test
  void kernelsOfOneOperationAreOneSpan() {
    GraphBuilder b = new GraphBuilder("", "two");
    Node x = b.add("x", new Op.Input(Shape.of(4), DType.F32), List.of());
    Node first = b.add("first", new Op.Scale(2, 0), List.of(x));
    Node second = b.add("second", new Op.Scale(2, 0), List.of(first));
    List<Task> tasks = Stream.of(x, first, second, second, first).map(Planted::task).toList();
    List<KernelTimes> times =
        List.of(
            new KernelTimes(Map.of("a", 10L, "b", 20L, "c", 30L), 1000, 1060),
            new KernelTimes(Map.of("d", 40L, "e", 50L), 2000, 2110));
    List<String> told = new ArrayList<>();
    KernelTimes.tell(
        times,
        List.of("a", "b", "c", "d", "e"),
        tasks,
        (node, from, to) -> told.add(node.name() + " " + from + " " + to));
    assertThat(told).containsExactly("first 1010 1030", "second 1030 2050");
  }

  @Test
  void whatIsNoProfileIsAnError() {
    assertThatExceptionOfType(DeviceException.class)
        .isThrownBy(() -> KernelTimes.of("{ not so", 0, 1))
        .withMessageStartingWith("TornadoVM's profile cannot be read: ");
  }
}
