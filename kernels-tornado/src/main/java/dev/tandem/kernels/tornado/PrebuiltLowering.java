package dev.tandem.kernels.tornado;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.devices.Weights;
import dev.tandem.devices.profile.Profile;
import dev.tandem.devices.profile.ProfileFile;
import dev.tandem.graph.Graph;
import dev.tandem.kernels.opencl.plan.DeviceTraits;
import dev.tandem.kernels.opencl.plan.KernelArgument;
import dev.tandem.kernels.opencl.plan.KernelFamily;
import dev.tandem.kernels.opencl.plan.KernelPlan;
import dev.tandem.kernels.opencl.plan.KernelPlanner;
import dev.tandem.kernels.opencl.plan.PlannedBuffer;
import dev.tandem.kernels.opencl.plan.PlannedKernel;
import dev.tandem.kernels.opencl.plan.TunableTable;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import uk.ac.manchester.tornado.api.AccessorParameters;
import uk.ac.manchester.tornado.api.common.Access;

/**
 * A graph as tasks of the project's own OpenCL kernels: which, with what sizes and in what memory,
 * is what the OpenCL device itself would do ({@link KernelPlanner}).
 */
final class PrebuiltLowering {
  private static final int ONE_BATCH = 1;

  private PrebuiltLowering() {}

  /** The tasks of a graph; weights are read when their arrays are allocated. */
  static Lowered of(Graph graph, Weights source, CompileOptions options, DeviceTraits device) {
    KernelFamily family =
        device.type() == DeviceInfo.Type.CPU ? KernelFamily.CPU : KernelFamily.GPU;
    Optional<Profile> tuned =
        Optional.of(ProfileFile.ofThisMachine()).filter(Files::exists).map(ProfileFile::load);
    KernelPlan plan =
        new KernelPlanner(device, family, false, TunableTable.of(tuned))
            .plan(graph, options, ONE_BATCH);
    List<DeviceArray> arrays = plan.buffers().stream().map(b -> array(b, source)).toList();
    PrebuiltSources sources = new PrebuiltSources();
    List<Task> tasks = plan.kernels().stream().map(k -> task(k, arrays, sources)).toList();
    return new Lowered(
        plan.graph(),
        arrays,
        tasks,
        named(plan.inputs(), arrays),
        named(plan.outputs(), arrays),
        plan.checks(),
        memory(plan, arrays),
        sources);
  }

  private static DeviceArray array(PlannedBuffer b, Weights source) {
    DeviceArray.Role role =
        switch (b.kind()) {
          case ARENA, SCRATCH -> DeviceArray.Role.RESIDENT;
          case WEIGHT, CONSTANT -> DeviceArray.Role.ONCE;
          case INPUT -> DeviceArray.Role.INPUT;
          case OUTPUT -> DeviceArray.Role.OUTPUT;
        };
    return new DeviceArray(
        role,
        DeviceArray.Elements.FLOATS,
        b.purpose(),
        (b.bytes() + Float.BYTES - 1) / Float.BYTES,
        b.contents().map(c -> to -> c.write(source, to.asSlice(0, b.bytes()))));
  }

  private static Map<String, DeviceArray> named(
      Map<String, Integer> numbers, List<DeviceArray> arrays) {
    Map<String, DeviceArray> named = new LinkedHashMap<>();
    numbers.forEach((name, number) -> named.put(name, arrays.get(number)));
    return named;
  }

  /** The plan's buffers with the headers of TornadoVM's arrays. */
  private static MemoryUse memory(KernelPlan plan, List<DeviceArray> arrays) {
    ToLongFunction<List<PlannedBuffer>> sum =
        buffers -> buffers.stream().mapToLong(b -> arrays.get(b.number()).bytes()).sum();
    return new MemoryUse(
        sum.applyAsLong(
            plan.buffers(
                PlannedBuffer.Kind.ARENA, PlannedBuffer.Kind.INPUT, PlannedBuffer.Kind.OUTPUT)),
        sum.applyAsLong(plan.buffers(PlannedBuffer.Kind.WEIGHT)),
        sum.applyAsLong(plan.buffers(PlannedBuffer.Kind.SCRATCH, PlannedBuffer.Kind.CONSTANT)),
        arrays.stream().mapToLong(DeviceArray::bytes).max().orElse(1));
  }

  private static Task task(PlannedKernel k, List<DeviceArray> arrays, PrebuiltSources sources) {
    PrebuiltSources.Source source = sources.of(k);
    List<KernelArgument> arguments =
        k.arguments().stream().filter(a -> !(a instanceof KernelArgument.Local)).toList();
    Set<DeviceArray> used = new LinkedHashSet<>();
    List<Object> numbers = new ArrayList<>();
    for (KernelArgument a : arguments) {
      if (a instanceof KernelArgument.Buffer b) {
        used.add(arrays.get(b.number()));
      } else {
        numbers.add(number(a));
      }
    }
    return new Task(
        k.node(),
        k.label(),
        List.copyOf(used),
        numbers,
        arguments.size(),
        Grid.of(k.global(), k.local()),
        (graph, name) ->
            graph.prebuiltTask(
                name, k.entry(), source.path().toString(), parameters(arguments, arrays)));
  }

  private static Object number(KernelArgument a) {
    return switch (a) {
      case KernelArgument.I32 i -> i.value();
      case KernelArgument.I64 l -> l.value();
      case KernelArgument.F32 f -> f.value();
      case KernelArgument.Buffer _, KernelArgument.Local _ ->
          throw new IllegalStateException(a + " is no number");
    };
  }

  /**
   * An array that the kernel may write is said to be written where it is named last: TornadoVM
   * would have a task wait for itself if it named one again that it has said to write.
   */
  private static AccessorParameters parameters(
      List<KernelArgument> arguments, List<DeviceArray> arrays) {
    AccessorParameters parameters = new AccessorParameters(arguments.size());
    for (int i = 0; i < arguments.size(); i++) {
      KernelArgument a = arguments.get(i);
      if (a instanceof KernelArgument.Buffer b) {
        DeviceArray array = arrays.get(b.number());
        boolean last = arguments.lastIndexOf(a) == i;
        boolean kept =
            array.role() == DeviceArray.Role.ONCE || array.role() == DeviceArray.Role.INPUT;
        parameters.set(i, array.object(), last && !kept ? Access.READ_WRITE : Access.READ_ONLY);
      } else {
        parameters.set(i, number(a), Access.READ_ONLY);
      }
    }
    return parameters;
  }
}
