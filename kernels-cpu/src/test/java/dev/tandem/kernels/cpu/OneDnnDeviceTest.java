package dev.tandem.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.WeightException;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Activation;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class OneDnnDeviceTest {
  private static final int CORES = Runtime.getRuntime().availableProcessors();

  /** A residual block with attention, so that every kind of kernel runs. */
  private static Graph block(int batch, int size, int channels) {
    GraphBuilder b = new GraphBuilder("block");
    Node x = b.input("x", Shape.of(batch, size, size, channels), DType.F32);
    Node n = b.activate("silu", b.groupNorm("norm", x, 8, 1e-5f), Activation.SILU);
    Node c = b.conv2d("conv", n, channels, 3, 1, Op.Padding.same(1), true);
    Node tokens = b.add("tokens", new Op.Reshape(Shape.of(batch, size * size, channels)), c);
    Node l = b.layerNorm("ln", tokens, 1e-5f);
    Node a = b.attention("attention", l, l, l, 2, false, 0.2f);
    Node f = b.geglu("geglu", b.linear("ff", a, 4 * channels, true));
    Node up = b.upsample("up", c, 2 * size, 2 * size);
    return b.output("y", b.linear("out", f, channels, true)).output("up", up).build();
  }

  private static Weights nothing() {
    return name -> {
      throw new WeightException("weight '" + name + "' is missing");
    };
  }

  private static Weights weights(Graph g, Arena arena) {
    Random random = new Random(3);
    java.util.Map<String, Tensor> all = new java.util.HashMap<>();
    for (Node w : g.weights()) {
      float[] v = new float[(int) w.shape().elements()];
      for (int i = 0; i < v.length; i++) {
        v[i] = (float) random.nextGaussian() * 0.1f;
      }
      all.put(w.name(), Tensor.of(arena, w.shape(), v));
    }
    return all::get;
  }

  private static void fill(Executable e) {
    float[] v = new float[(int) e.input("x").elements()];
    Random random = new Random(4);
    for (int i = 0; i < v.length; i++) {
      v[i] = (float) random.nextGaussian();
    }
    e.input("x").set(v);
  }

  @Test
  void weightsOptionIsWhereTheyAreIfNobodySaysOtherwise() {
    Graph g = block(2, 8, 32);
    CompileOptions rest = CompileOptions.DEFAULT.withWeights(CompileOptions.WeightMemory.REST);
    CompileOptions speed = CompileOptions.DEFAULT.withWeights(CompileOptions.WeightMemory.SPEED);
    try (Device usual = Devices.open("cpu");
        Device resting = Devices.open("cpu,weights=rest")) {
      assertThat(usual.estimate(g, speed)).isNotEqualTo(usual.estimate(g, rest));
      assertThat(resting.estimate(g, CompileOptions.DEFAULT)).isEqualTo(usual.estimate(g, rest));
      assertThat(resting.estimate(g, speed)).isEqualTo(usual.estimate(g, speed));
    }
    assertThatThrownBy(() -> Devices.open("cpu,weights=fast"))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("weights=fast is none of auto, speed, rest and stream");
  }

  @Test
  void threadsOptionIsWhatOpenMpUses() {
    for (int n = 1; n <= CORES; n++) {
      try (OneDnnDevice d = (OneDnnDevice) Devices.open("cpu,threads=" + n)) {
        assertThat(d.info().computeUnits()).isEqualTo(n);
        int[] seen = new int[1];
        d.threads()
            .first()
            .run(
                () -> {
                  new Lane(d.openMp(), d.threads().count(), List.of()).run();
                  seen[0] = d.openMp().threads();
                });
        assertThat(seen[0]).isEqualTo(n);
      }
    }
  }

  @Test
  void oneThreadDeviceUsesOneCore() {
    Graph g = block(2, 24, 64);
    try (Arena arena = Arena.ofConfined();
        Device d = Devices.open("cpu:one,threads=1")) {
      Executable e = d.compile(g, weights(g, arena), CompileOptions.DEFAULT);
      fill(e);
      long warm = System.nanoTime();
      while (System.nanoTime() - warm < 2_000_000_000L) {
        e.run(); // until the JVM's compiler is done with what it finds hot
      }
      double cpu = cpuSeconds();
      long start = System.nanoTime();
      while (System.nanoTime() - start < 400_000_000L) {
        e.run();
      }
      double wall = (System.nanoTime() - start) * 1e-9;
      // The JVM's own threads (compiler, collector) add a little.
      assertThat((cpuSeconds() - cpu) / wall).isLessThan(1.4);
    }
  }

  private static double cpuSeconds() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getProcessCpuTime()
        * 1e-9;
  }

  /** Were they to wait for each other, no operation of one would run during a run of the other. */
  @Test
  @Timeout(60)
  void twoOneThreadDevicesRunAtOnce() throws Exception {
    Graph g = block(2, 24, 64);
    try (Arena arena = Arena.ofShared();
        Device a = Devices.open("cpu:a,threads=1");
        Device b = Devices.open("cpu:b,threads=1")) {
      Executable first = a.compile(g, weights(g, arena), CompileOptions.DEFAULT);
      Executable second = b.compile(g, weights(g, arena), CompileOptions.DEFAULT);
      fill(first);
      fill(second);
      while (overlaps(first, second) == 0) {
        Thread.onSpinWait(); // a busy machine may run one after the other
      }
    }
  }

  /** From the start of a run's first operation to the end of its last. */
  private record Busy(long startNs, long endNs) {}

  /** How many runs of two executables, each on a thread of its own, lie at one time. */
  private static long overlaps(Executable first, Executable second) throws Exception {
    CyclicBarrier ready = new CyclicBarrier(2);
    List<Busy> one = new ArrayList<>();
    List<Busy> other = new ArrayList<>();
    Thread thread = Thread.ofPlatform().start(() -> run(first, ready, one));
    run(second, ready, other);
    thread.join();
    return one.stream()
        .filter(a -> other.stream().anyMatch(b -> a.startNs < b.endNs && b.startNs < a.endNs))
        .count();
  }

  private static void run(Executable e, CyclicBarrier ready, List<Busy> busy) {
    try {
      ready.await();
    } catch (InterruptedException | BrokenBarrierException x) {
      throw new IllegalStateException(x);
    }
    for (int i = 0; i < 10; i++) {
      List<Long> times = new ArrayList<>();
      e.run(
          (node, start, end) -> {
            times.add(start);
            times.add(end);
          });
      busy.add(new Busy(times.getFirst(), times.getLast()));
    }
  }

  @Test
  void splitsTheBatchAndGetsTheSame() {
    Graph g = block(2, 8, 16);
    try (Arena arena = Arena.ofConfined();
        Device whole = Devices.open("cpu,threads=1");
        Device split = Devices.open("cpu,threads=" + Math.min(2, CORES))) {
      OneDnnExecutable a =
          (OneDnnExecutable) whole.compile(g, weights(g, arena), CompileOptions.DEFAULT);
      OneDnnExecutable b =
          (OneDnnExecutable) split.compile(g, weights(g, arena), CompileOptions.DEFAULT);
      assertThat(a.lanes()).isEqualTo(1);
      assertThat(b.lanes()).isEqualTo(Math.min(2, CORES));
      fill(a);
      fill(b);
      a.run();
      b.run();
      for (String out : List.of("y", "up")) {
        float[] expected = a.output(out).toFloats();
        float[] actual = b.output(out).toFloats();
        for (int i = 0; i < expected.length; i++) {
          assertThat(actual[i]).isCloseTo(expected[i], org.assertj.core.data.Offset.offset(1e-5f));
        }
      }
    }
  }

  @Test
  void allocatesNothingWhileRunning() throws Exception {
    Graph g = block(2, 8, 16);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Arena arena = Arena.ofConfined();
        OneDnnDevice d = (OneDnnDevice) Devices.open("cpu")) {
      Executable e = d.compile(g, weights(g, arena), CompileOptions.DEFAULT);
      fill(e);
      long[] ids = new long[d.threads().count() + 1];
      ids[0] = Thread.currentThread().threadId();
      int found = 1;
      for (Thread t : Thread.getAllStackTraces().keySet()) {
        if (t.getName().startsWith("device cpu thread")) {
          ids[found++] = t.threadId();
        }
      }
      assertThat(found).isEqualTo(ids.length);
      // Until the JVM has compiled it all, which takes longer where others are at work.
      long least = Long.MAX_VALUE;
      for (int round = 0; round < 20 && least >= 2_000; round++) {
        long before = allocated(threads, ids);
        for (int i = 0; i < 1000; i++) {
          e.run();
        }
        least = Math.min(least, allocated(threads, ids) - before);
      }
      // The measurement allocates its own array; a single object a run would be 16,000 bytes.
      assertThat(least).isLessThan(2_000);
    }
  }

  private static long allocated(ThreadMXBean bean, long[] ids) {
    long sum = 0;
    for (long id : ids) {
      sum += bean.getThreadAllocatedBytes(id);
    }
    return sum;
  }

  @Test
  void usesNoReferenceImplementation() {
    Graph g = block(2, 16, 64);
    try (Arena arena = Arena.ofConfined();
        Device d = Devices.open("cpu")) {
      OneDnnExecutable e =
          (OneDnnExecutable) d.compile(g, weights(g, arena), CompileOptions.DEFAULT);
      assertThat(e.implementations().keySet()).noneMatch(name -> name.startsWith("ref"));
    }
  }

  @Test
  void refusesWhatItCannotDo() {
    assertThatThrownBy(() -> Devices.open("cpu,threads=0"))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("threads=0");
    assertThatThrownBy(() -> Devices.open("cpu,threads=" + (CORES + 1)))
        .hasMessageContaining("1 to " + CORES);
    assertThatThrownBy(() -> Devices.open("cpu,speed=9"))
        .hasMessageContaining("[memory, threads, weights]");
    Graph g = block(1, 8, 16);
    try (Arena arena = Arena.ofConfined();
        Device d = Devices.open("cpu")) {
      CompileOptions f16 = new CompileOptions(CompileOptions.Precision.F16);
      assertThatThrownBy(() -> d.compile(g, weights(g, arena), f16))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("F32");
      assertThatThrownBy(() -> d.compile(g, nothing(), CompileOptions.DEFAULT))
          .isInstanceOf(WeightException.class);
    }
  }

  @Test
  void closedMeansClosed() {
    Graph g = block(1, 8, 16);
    try (Arena arena = Arena.ofConfined()) {
      Device d = Devices.open("cpu");
      Executable e = d.compile(g, weights(g, arena), CompileOptions.DEFAULT);
      d.close();
      d.close();
      assertThatThrownBy(e::run).isInstanceOf(DeviceException.class).hasMessageContaining("closed");
    }
  }

  @Test
  void manyCompilationsDoNotGrow() {
    Graph g = block(2, 8, 16);
    try (Arena arena = Arena.ofConfined();
        Device d = Devices.open("cpu")) {
      Weights w = weights(g, arena);
      for (int i = 0; i < 20; i++) {
        d.compile(g, w, CompileOptions.DEFAULT).close();
      }
      long before = residentBytes();
      for (int i = 0; i < 100; i++) {
        d.compile(g, w, CompileOptions.DEFAULT).close();
      }
      // 100 executables of about 3 MB each.
      assertThat(residentBytes() - before).isLessThan(60L << 20);
    }
  }

  private static long residentBytes() {
    try {
      String statm = java.nio.file.Files.readString(java.nio.file.Path.of("/proc/self/statm"));
      return new java.util.Scanner(statm).skip("\\d+ ").nextLong() * 4096;
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
