package dev.tandem.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.devices.cases.CaseData;
import dev.tandem.devices.cases.OpCase;
import dev.tandem.devices.cases.OpCases;
import dev.tandem.devices.cases.Tag;
import dev.tandem.kernels.opencl.plan.KernelFamily;
import dev.tandem.kernels.opencl.plan.KernelPlan;
import dev.tandem.kernels.opencl.plan.KernelPlanner;
import dev.tandem.kernels.opencl.plan.KernelSource;
import dev.tandem.kernels.opencl.plan.PlannedBuffer;
import dev.tandem.kernels.opencl.plan.PlannedBuffer.Kind;
import dev.tandem.kernels.opencl.plan.PlannedKernel;
import dev.tandem.kernels.opencl.plan.TunableTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a plan says is all that is needed to compute a graph: whoever runs it without this module's
 * device gets the device's own results. On one unit of PoCL, where the batch is not divided.
 */
class KernelPlanTest {
  /** As {@code TornadoNativeArray} has it where object headers are not compact. */
  private static final int HEADER = 24;

  private static OpenClDevice device(KernelFamily family) {
    String name = family == KernelFamily.CPU ? "cpu" : "gpu";
    return Opened.device("opencl:0.0,profile=off,transfer=copied,family=" + name);
  }

  private static KernelPlan plan(OpenClDevice d, OpCase c, Precision p) {
    return new KernelPlanner(
            d.cl().device().traits().withComputeUnits(1),
            d.family(),
            false,
            TunableTable.of(Optional.empty()))
        .plan(c.graph(), new CompileOptions(p), 1);
  }

  private static float[] computed(OpenClDevice d, OpCase c, CaseData data, Precision p) {
    try (Executable e = d.compile(c.graph(), data, new CompileOptions(p))) {
      c.graph().inputs().forEach(n -> e.input(n.name()).set(data.input(n)));
      e.run();
      return e.output("y").toFloats();
    }
  }

  /** One case for each sequence of kernels. */
  private static Collection<OpCase> kinds(OpenClDevice d, Precision p) {
    Map<List<String>, OpCase> kinds = new LinkedHashMap<>();
    for (OpCase c : OpCases.tagged(Tag.CORRECTNESS)) {
      if (c.precisions().contains(p)) {
        kinds.putIfAbsent(plan(d, c, p).kernels().stream().map(PlannedKernel::label).toList(), c);
      }
    }
    return kinds.values();
  }

  @ParameterizedTest
  @EnumSource(KernelFamily.class)
  void whoeverRunsItGetsTheDevicesOwnResult(KernelFamily family) {
    List<String> different = new ArrayList<>();
    try (OpenClDevice d = device(family);
        PrebuiltRunner runner = new PrebuiltRunner(d.cl(), HEADER)) {
      for (Precision p : Precision.values()) {
        for (OpCase c : kinds(d, p)) {
          try (Arena arena = Arena.ofConfined()) {
            CaseData data = new CaseData(c, arena);
            float[] y = runner.run(plan(d, c, p), data, data::input);
            if (!Arrays.equals(y, computed(d, c, data, p))) {
              different.add(c + " in " + p);
            }
          }
        }
      }
    }
    assertThat(different).isEmpty();
  }

  @Test
  void itsMemoryIsAllOfItsBuffersByKind() {
    try (OpenClDevice d = device(KernelFamily.CPU)) {
      for (OpCase c : OpCases.tagged(Tag.CORRECTNESS)) {
        KernelPlan plan = plan(d, c, Precision.F32);
        MemoryUse use = plan.memory();
        assertThat(use.total())
            .isEqualTo(plan.buffers().stream().mapToLong(PlannedBuffer::bytes).sum());
        long callers =
            plan.buffers(Kind.INPUT, Kind.OUTPUT).stream().mapToLong(PlannedBuffer::bytes).sum();
        MemoryUse device = d.estimate(c.graph(), CompileOptions.DEFAULT);
        assertThat(device.total()).isEqualTo(use.total() + callers); // the host's side of copies
      }
    }
  }

  @Test
  void everyKernelOfEveryFileIsPlannedForSomeCase() {
    Set<String> planned = new TreeSet<>();
    for (KernelFamily family : KernelFamily.values()) {
      try (OpenClDevice d = device(family)) {
        for (OpCase c : OpCases.tagged(Tag.CORRECTNESS)) {
          c.precisions().forEach(p -> plan(d, c, p).kernels().forEach(k -> planned.add(k.label())));
        }
      }
    }
    Set<String> all = new TreeSet<>();
    Pattern entry = Pattern.compile("__kernel[^;{]*?void (\\w+)\\(");
    for (String file : files()) {
      Matcher m = entry.matcher(KernelSource.load(file));
      while (m.find()) {
        all.add(file + "/" + m.group(1));
      }
    }
    all.removeIf(k -> k.startsWith("probe/")); // belongs to no graph
    assertThat(planned).isEqualTo(all);
  }

  private static List<String> files() {
    try (Stream<Path> all = Files.list(Path.of("src/main/resources/dev/tandem/kernels/opencl"))) {
      return all.map(p -> p.getFileName().toString())
          .filter(n -> n.endsWith(".cl"))
          .map(n -> n.substring(0, n.length() - 3))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
