package dev.tandem.kernels.opencl;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileThreads;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Graph;
import dev.tandem.kernels.opencl.plan.KernelArgument;
import dev.tandem.kernels.opencl.plan.KernelPlan;
import dev.tandem.kernels.opencl.plan.PlannedBuffer;
import dev.tandem.kernels.opencl.plan.PlannedBuffer.Kind;
import dev.tandem.kernels.opencl.plan.PlannedKernel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jocl.CLException;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;

/**
 * Makes what a plan lists: buffers with their contents, programs, and kernels with their arguments.
 * Programs are built, and weights laid where their source allows it, by several threads at once.
 */
final class GraphCompiler {
  private final Target target;
  private final KernelPlan plan;
  private final CompiledMemory memory;
  private final CallerMemory caller;
  private final CompileThreads threads;
  private final List<Tensor> sources = new ArrayList<>();
  private final Map<Integer, StreamedWeight> streamed = new HashMap<>();

  private GraphCompiler(
      Target target, KernelPlan plan, CompiledMemory memory, CompileThreads threads) {
    this.target = target;
    this.plan = plan;
    this.memory = memory;
    this.caller = new CallerMemory(memory, plan, target::mapped);
    this.threads = threads;
  }

  /**
   * Compiles a graph.
   *
   * @param closed hears when the executable is closed
   */
  static OpenClExecutable compile(
      Target target,
      Graph source,
      Weights weights,
      CompileOptions options,
      Consumer<OpenClExecutable> closed) {
    KernelPlan plan = target.plan(source, options);
    CompiledMemory memory = new CompiledMemory(target.cl());
    try (CompileThreads threads = new CompileThreads(source.name())) {
      return new GraphCompiler(target, plan, memory, threads).executable(weights, closed);
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  /** What {@link #compile} would allocate. */
  static MemoryUse estimate(Target target, Graph source, CompileOptions options) {
    return CallerMemory.use(target.plan(source, options), target::mapped);
  }

  private OpenClExecutable executable(Weights weights, Consumer<OpenClExecutable> closed) {
    Map<Integer, Supplier<cl_mem>> buffers = new HashMap<>();
    plan.buffers(Kind.INPUT, Kind.OUTPUT, Kind.ARENA, Kind.SCRATCH, Kind.CONSTANT)
        .forEach(b -> buffers.put(b.number(), buffer(b, weights)));
    plan.kernels().forEach(k -> target.programs().begin(k.program(), threads));
    plan.buffers(Kind.WEIGHT, Kind.RESTING)
        .forEach(b -> buffers.put(b.number(), buffer(b, weights)));
    stream(weights, buffers);
    List<List<Launch>> launches =
        plan.parts().stream().map(p -> p.stream().map(k -> bound(k, buffers)).toList()).toList();
    MemoryUse use = CallerMemory.use(plan, target::mapped);
    return new OpenClExecutable(target.cl(), plan, memory, use, caller, launches, sources, closed);
  }

  /** Begins to make a buffer; what it returns waits for it to be filled. */
  private Supplier<cl_mem> buffer(PlannedBuffer b, Weights weights) {
    return switch (b.kind()) {
      case INPUT, OUTPUT -> made(caller.device(b));
      case ARENA, SCRATCH -> made(memory.allocate(b.purpose(), b.bytes()));
      case CONSTANT -> made(memory.filled(b, weights));
      case RESTING -> resting(b, weights);
      case WEIGHT -> weight(b, weights);
      case STREAMED -> throw new IllegalStateException(b.purpose() + " is not kept");
    };
  }

  private Supplier<cl_mem> weight(PlannedBuffer b, Weights weights) {
    return weights.concurrent()
        ? threads.begin(() -> memory.shared(target.pool(), b, weights))
        : made(memory.shared(target.pool(), b, weights));
  }

  /** A processor reads a weight where its file has it. */
  private Supplier<cl_mem> resting(PlannedBuffer b, Weights weights) {
    Optional<Tensor> there = inPlace(b, weights);
    if (there.isEmpty()) {
      return weight(b, weights);
    }
    sources.add(there.get());
    return made(memory.inPlace(b.purpose(), there.get()));
  }

  private Optional<Tensor> inPlace(PlannedBuffer b, Weights weights) {
    return target.cl().device().isCpu()
        ? b.contents().orElseThrow().inPlace(weights)
        : Optional.empty();
  }

  /** Weights that are not kept go through one buffer, or are read in the memory of their file. */
  private void stream(Weights weights, Map<Integer, Supplier<cl_mem>> buffers) {
    List<PlannedBuffer> brought = new ArrayList<>();
    for (PlannedBuffer b : plan.buffers(Kind.STREAMED)) {
      Optional<Tensor> there = inPlace(b, weights);
      if (there.isPresent()) {
        sources.add(there.get());
        buffers.put(b.number(), made(memory.passing(b.purpose(), there.get())));
        streamed.put(b.number(), new StreamedWeight.InPlace(there.get()));
      } else {
        brought.add(b);
      }
    }
    String purpose = "weights of " + plan.graph().name() + " on their way";
    if (brought.isEmpty()) {
      memory.reserve(purpose, plan.streamedBytes());
      return;
    }
    SharedBuffer way = memory.staging(purpose, plan.streamedBytes(), target.cl().device().isCpu());
    for (PlannedBuffer b : brought) {
      buffers.put(b.number(), made(way.device()));
      streamed.put(
          b.number(),
          new StreamedWeight.Brought(
              weights,
              b.contents().orElseThrow(),
              way.host().asSlice(0, b.bytes()),
              way.device(),
              target.cl().device().isCpu()));
    }
  }

  private List<StreamedWeight> streamed(PlannedKernel k) {
    List<StreamedWeight> all = new ArrayList<>();
    for (KernelArgument a : k.arguments()) {
      if (a instanceof KernelArgument.Buffer b && streamed.containsKey(b.number())) {
        all.add(streamed.get(b.number()));
      }
    }
    return all;
  }

  private static Supplier<cl_mem> made(cl_mem buffer) {
    return () -> buffer;
  }

  private Launch bound(PlannedKernel k, Map<Integer, Supplier<cl_mem>> buffers) {
    try {
      cl_kernel kernel = target.programs().kernel(k.program(), k.entry());
      memory.own(kernel);
      KernelArguments.set(kernel, k.arguments(), number -> buffers.get(number).get());
      return new Launch(k, kernel, streamed(k));
    } catch (CLException e) {
      throw new DeviceException(
          target.cl().id() + ": cannot prepare " + k.node() + ": " + e.getMessage(), e);
    }
  }
}
