package dev.tandem.kernels.opencl;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.cases.CaseData;
import dev.tandem.devices.cases.OpCase;
import dev.tandem.devices.cases.OpCaseRunner;
import dev.tandem.devices.cases.OpCases;
import dev.tandem.devices.cases.Tag;
import dev.tandem.devices.profile.TunableEntry;
import dev.tandem.graph.Cost;
import dev.tandem.kernels.opencl.plan.KernelProgram;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;

/**
 * What {@link OclgrindTest} runs in a process of its own, on the first OpenCL device: {@code table
 * FAMILY}, the small operation cases with small tiles, or {@code planted KERNEL}, a kernel with a
 * fault. Prints {@code platform NAME}, {@code case NAME}, {@code failed NAME}, {@code kernel NAME
 * LAUNCHES}.
 */
final class OclgrindMain {
  /** Above this a case takes the simulator many seconds. */
  private static final long MOST_FLOPS = 20_000;

  private static final long MOST_ELEMENTS = 1_100;

  /** Tiles of a few elements, so that small cases reach every border of theirs. */
  private static final Map<String, Map<String, Integer>> SMALL =
      Map.of(
          "gemm_panel", Map.of("VEC", 4, "NV", 2, "MR", 3),
          "winograd_panel", Map.of("VEC", 4, "NV", 2, "MR", 2, "MIN_DEPTH", 4, "MIN_TILES", 1),
          "gemm_int8", Map.of("VEC", 4, "NV", 2, "MR", 3),
          "groupnorm", Map.of("VEC", 4, "GROUP", 4, "SPAN", 4, "STRIP_KIB", 1),
          "gemm_tile", Map.of("VEC", 2, "LN", 2, "LM", 2, "WM", 2, "WN", 2, "TK", 4, "LOAD", 2),
          "winograd", Map.of("VEC", 4, "MIN_DEPTH", 4, "MIN_TILES", 1),
          "attention_lanes", Map.of("VEC", 4, "QV", 2, "KB", 4, "DB", 2),
          "attention_tile", Map.of("VEC", 2, "TQ", 2, "QW", 2, "TD", 2, "BK", 4, "LOAD", 2),
          "rows", Map.of("LANES", 4));

  private final Map<String, Integer> launches = new TreeMap<>();

  private OclgrindMain() {}

  public static void main(String[] args) {
    String family = args[0].equals("table") ? ",family=" + args[1] : "";
    try (OpenClDevice d = Opened.device("opencl:0,cache=off" + family)) {
      System.out.println("platform " + d.cl().device().platformName());
      if (args[0].equals("table")) {
        new OclgrindMain().table(d);
      } else {
        planted(d, args[1]);
      }
    }
  }

  private void table(OpenClDevice d) {
    List<TunableEntry> small = new ArrayList<>();
    SMALL.forEach(
        (kernel, values) -> {
          Map<String, Integer> all =
              new TreeMap<>(d.tunables().find(kernel, d.cl().device().traits(), "any").values());
          all.putAll(values);
          small.add(
              new TunableEntry(
                  kernel,
                  Optional.of(d.info().name()),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty(),
                  all));
        });
    d.tunables(d.tunables().with(small));
    for (OpCase c : OpCases.tagged(Tag.CORRECTNESS)) {
      long elements =
          c.graph().nodes().stream().mapToLong(n -> n.shape().elements()).max().orElse(0);
      if (Cost.of(c.graph()).flops() <= MOST_FLOPS && elements <= MOST_ELEMENTS) {
        c.precisions().stream().sorted().forEach(p -> run(d, c, p));
      }
    }
    launches.forEach((kernel, n) -> System.out.println("kernel " + kernel + " " + n));
  }

  private void run(OpenClDevice device, OpCase c, Precision precision) {
    long start = System.nanoTime();
    try (Arena arena = Arena.ofConfined();
        Device reference = Devices.open("reference")) {
      CaseData data = new CaseData(c, arena);
      float[] expected = run(reference, c, data, Precision.F32);
      double error = OpCaseRunner.error(run(device, c, data, precision), expected);
      boolean passed = error <= c.tolerance(precision);
      long ms = (System.nanoTime() - start) / 1_000_000;
      System.out.println(
          (passed ? "case " : "failed ") + c + " in " + precision + ", " + ms + " ms");
    }
  }

  /**
   * Leaves the executable open, so that no buffer takes the place of an earlier one: Oclgrind 21.10
   * keeps its notes of a freed buffer and applies them to the next.
   */
  private float[] run(Device d, OpCase c, CaseData data, Precision precision) {
    Executable e = d.compile(c.graph(), data, new CompileOptions(precision));
    c.graph().inputs().forEach(n -> e.input(n.name()).set(data.input(n)));
    e.run();
    if (e instanceof OpenClExecutable cl) {
      cl.launches().forEach(l -> launches.merge(l.kernel(), 1, Integer::sum));
    }
    return e.output("y").toFloats();
  }

  private static void planted(OpenClDevice d, String entry) {
    cl_mem memory = d.cl().allocate("planted", 2 * Float.BYTES);
    cl_kernel k = d.programs().kernel(new KernelProgram("planted", new TreeMap<>()), entry);
    CL.clSetKernelArg(k, 0, Long.BYTES, Pointer.to(memory));
    long[] two = {2};
    CL.clEnqueueNDRangeKernel(d.cl().queue(false), k, 1, null, two, two, 0, null, null);
    CL.clFinish(d.cl().queue(false));
    System.out.println("kernel planted/" + entry + " 1");
    CL.clReleaseKernel(k);
    d.cl().release(memory, 2 * Float.BYTES);
  }
}
