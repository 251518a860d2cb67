package dev.tandem.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is kept, on a device where each graph takes the bytes that its name says. */
class ExecutablesTest {
  private static final CompileOptions F16 = new CompileOptions(Precision.F16);
  private static final Weights NONE =
      name -> {
        throw new WeightException(name);
      };

  private final FakeDevice device = new FakeDevice();
  private final Executables executables = new Executables(device);

  @Test
  void aKeyIsCompiledOnce() {
    Executable a = get("a", 10);
    Executable b = get("b", 10);
    assertThat(executables.get(key("a"), ExecutablesTest::unasked, NONE)).isSameAs(a);
    assertThat(executables.get(key("b"), ExecutablesTest::unasked, NONE)).isSameAs(b);
    assertThat(executables.compiled()).isEqualTo(2);
    assertThat(executables.holds(key("a"))).isTrue();
    assertThat(executables.holds(key("c"))).isFalse();
    assertThat(executables.bytes(key("a"))).isEqualTo(10);
    assertThat(executables.bytes(key("c"))).isZero();
  }

  @Test
  void modelPartShapeAndOptionsTellExecutablesApart() {
    List<Executables.Key> keys =
        List.of(
            new Executables.Key("/a/m", "unet", List.of(1, 8, 8), F16),
            new Executables.Key("/b/m", "unet", List.of(1, 8, 8), F16),
            new Executables.Key("/a/m", "vae", List.of(1, 8, 8), F16),
            new Executables.Key("/a/m", "unet", List.of(2, 8, 8), F16),
            new Executables.Key("/a/m", "unet", List.of(1, 8, 8), CompileOptions.DEFAULT));
    keys.forEach(k -> executables.get(k, () -> graph("g", 1), NONE));
    assertThat(device.open).hasSize(5);
    executables.closeModel("/a/m");
    assertThat(keys.stream().filter(executables::holds)).containsExactly(keys.get(1));
    assertThat(device.open).hasSize(1);
  }

  @Test
  void theLeastRecentlyUsedMakesRoom() {
    get("a", 40);
    get("b", 40);
    get("a", 40);
    executables.holds(key("b")); // asking is no use
    executables.bytes(key("b"));
    get("c", 30);
    assertThat(device.open).containsExactly("a", "c");
    get("d", 90);
    assertThat(device.open).containsExactly("d");
    Executable again = get("a", 10);
    assertThat(((FakeExecutable) again).closed).isFalse();
    assertThat(executables.compiled()).isEqualTo(5);
  }

  @Test
  void anotherStageMakesRoomWhereOneIsKeptAtATime() {
    get("a", 30);
    get("b", 20);
    executables.keepOnly("/m", Set.of("b"));
    assertThat(device.open).containsExactly("b");
    assertThat(executables.peak()).isEqualTo(50);
    executables.close(key("b"));
    executables.close(key("b")); // nothing is kept under it any more
    assertThat(device.open).isEmpty();
  }

  @Test
  void whatAStageHoldsBesideCounts() {
    get("a", 30);
    executables.beside(60);
    assertThat(executables.peak()).isEqualTo(90);
    get("b", 30);
    assertThat(device.open).as("100 in all").containsExactly("b");
    executables.beside(0);
    get("a", 30);
    assertThat(device.open).containsExactly("b", "a");
    assertThat(executables.peak()).isEqualTo(90);
  }

  @Test
  void onlyAsManyAreClosedAsMustBe() {
    get("a", 30);
    get("b", 30);
    get("c", 30);
    get("d", 40);
    assertThat(device.open).containsExactly("b", "c", "d");
  }

  @Test
  void atMostSixteenAreKept() {
    for (int i = 0; i < 17; i++) {
      get("g" + i, 1);
    }
    assertThat(device.open).hasSize(16).doesNotContain("g0").contains("g1", "g16");
  }

  @Test
  void memoryThatLacksInSpiteOfTheEstimateIsTriedOnceMoreAlone() {
    get("a", 10);
    device.fail = Optional.of(new DeviceMemoryException("full"));
    get("b", 10);
    assertThat(device.open).containsExactly("b");
    device.fail = Optional.of(new OutOfMemoryError("Cannot reserve 8 bytes"));
    get("c", 10);
    assertThat(device.open).containsExactly("c");
    assertThat(executables.compiled()).isEqualTo(3);
  }

  @Test
  void whatDoesNotFitAloneIsRefused() {
    device.fail = Optional.of(new DeviceMemoryException("full"));
    assertThatThrownBy(() -> get("a", 10)).isInstanceOf(DeviceMemoryException.class);
    get("a", 10);
    device.fail = Optional.of(new DeviceMemoryException("full"));
    device.failures = 2;
    assertThatThrownBy(() -> get("b", 10)).isInstanceOf(DeviceMemoryException.class);
    assertThat(device.open).isEmpty();
    assertThat(executables.holds(key("b"))).isFalse();
  }

  @Test
  void otherFailuresCloseNothing() {
    get("a", 10);
    device.fail = Optional.of(new OutOfMemoryError("Java heap space"));
    assertThatThrownBy(() -> get("b", 10)).isInstanceOf(OutOfMemoryError.class);
    device.fail = Optional.of(new DeviceException("no such operation"));
    assertThatThrownBy(() -> get("b", 10)).hasMessage("no such operation");
    assertThat(device.open).containsExactly("a");
  }

  @Test
  void closingLeavesTheDeviceOpen() {
    get("a", 10);
    executables.close();
    assertThat(device.open).isEmpty();
    assertThat(executables.holds(key("a"))).isFalse();
    assertThat(device.closed).isFalse();
  }

  private Executable get(String name, int bytes) {
    return executables.get(key(name), () -> graph(name, bytes), NONE);
  }

  /** F16, so that the device is asked: the bound for F32 is far over these bytes. */
  private static Executables.Key key(String name) {
    return new Executables.Key("/m", name, List.of(1), F16);
  }

  private static Graph unasked() {
    throw new AssertionError("built again");
  }

  private static Graph graph(String name, int bytes) {
    GraphBuilder g = new GraphBuilder(name);
    return g.output("out", g.scale("s", g.input("in", Shape.of(bytes), DType.F32), 2, 0)).build();
  }

  private static final class FakeDevice implements Device {
    private final List<String> open = new ArrayList<>();
    private Optional<Throwable> fail = Optional.empty();
    private int failures = 1;
    private boolean closed;

    @Override
    public DeviceInfo info() {
      return new DeviceInfo("fake", "fake", DeviceInfo.Type.CPU, 1, 100, "");
    }

    @Override
    public Executable compile(Graph graph, Weights weights, CompileOptions options) {
      if (fail.isPresent()) {
        Throwable thrown = fail.get();
        if (--failures == 0) {
          fail = Optional.empty();
          failures = 1;
        }
        if (thrown instanceof Error e) {
          throw e;
        }
        throw (RuntimeException) thrown;
      }
      open.add(graph.name());
      return new FakeExecutable(this, graph, estimate(graph, options));
    }

    @Override
    public Executable.MemoryUse estimate(Graph graph, CompileOptions options) {
      long bytes = graph.input("in").shape().elements();
      return new Executable.MemoryUse(bytes, 0, 0, bytes);
    }

    @Override
    public MemoryLimit memoryLimit() {
      return MemoryLimit.of(100);
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private static final class FakeExecutable implements Executable {
    private final FakeDevice device;
    private final Graph graph;
    private final MemoryUse memory;
    private boolean closed;

    private FakeExecutable(FakeDevice device, Graph graph, MemoryUse memory) {
      this.device = device;
      this.graph = graph;
      this.memory = memory;
    }

    @Override
    public Graph graph() {
      return graph;
    }

    @Override
    public Tensor input(String name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Tensor output(String name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void run(OpSpans spans) {
      throw new UnsupportedOperationException();
    }

    @Override
    public MemoryUse memory() {
      return memory;
    }

    @Override
    public void close() {
      closed = true;
      device.open.remove(graph.name());
    }
  }
}
