package dev.tandem.kernels.tornado;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.WeightMemory;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.kernels.opencl.plan.KernelArgument;
import dev.tandem.kernels.opencl.plan.KernelPlan;
import dev.tandem.kernels.opencl.plan.KernelPlanner;
import dev.tandem.kernels.opencl.plan.PlannedKernel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import uk.ac.manchester.tornado.api.AccessorParameters;
import uk.ac.manchester.tornado.api.common.Access;

/**
 * A graph as tasks of the project's own OpenCL kernels: which, with what sizes and in what memory,
 * is what the OpenCL device itself would do ({@link KernelPlanner}).
 */
final class PrebuiltLowering {
  private static final int ONE_BATCH = 1;

  private PrebuiltLowering() {}

  /**
   * The tasks of a graph.
   *
   * @param source weights, read when their arrays are allocated
   * @param largest the largest buffer, bytes
   * @param planner of the device
   */
  static Lowered of(
      Graph graph, Weights source, CompileOptions options, long largest, KernelPlanner planner) {
    // Nothing can be brought between two tasks of TornadoVM's, so weights rest on the device.
    WeightMemory weights =
        options.weights() == WeightMemory.STREAM ? WeightMemory.REST : options.weights();
    KernelPlan plan = planner.plan(graph, options.withWeights(weights), ONE_BATCH);
    MergedBuffers buffers = new MergedBuffers(plan, source, largest);
    PrebuiltSources sources = new PrebuiltSources();
    List<Task> tasks = new ArrayList<>();
    plan.kernels().forEach(k -> tasks.add(task(k, buffers, sources)));
    List<DeviceArray> arrays = new ArrayList<>(buffers.arrays());
    Node last = plan.kernels().getLast().node();
    buffers
        .copies()
        .forEach(
            (number, to) -> {
              DeviceArray size = DeviceArray.sizes("size of " + to.purpose(), to.count());
              arrays.add(size);
              tasks.add(Kernels.copy(last, buffers.part(number).array(), to, size));
            });
    return new Lowered(
        plan.graph(),
        arrays,
        tasks,
        buffers.named(plan.inputs()),
        buffers.named(plan.outputs()),
        plan.checks(),
        buffers.memory(),
        sources);
  }

  private static Task task(PlannedKernel k, MergedBuffers buffers, PrebuiltSources sources) {
    List<Object> arguments = new ArrayList<>(); // arrays and numbers
    Set<DeviceArray> arrays = new LinkedHashSet<>();
    for (KernelArgument a : k.arguments()) {
      switch (a) {
        case KernelArgument.Buffer b -> {
          MergedBuffers.Part part = buffers.part(b.number());
          arrays.add(part.array());
          arguments.add(part.array());
          arguments.add(part.from());
        }
        case KernelArgument.Local _ -> {} // an array in the source
        case KernelArgument.I32 i -> arguments.add(i.value());
        case KernelArgument.I64 l -> arguments.add(l.value());
        case KernelArgument.F32 f -> arguments.add(f.value());
      }
    }
    PrebuiltSources.Source source = sources.of(k);
    return new Task(
        k.node(),
        k.label(),
        List.copyOf(arrays),
        arguments.stream().filter(a -> !(a instanceof DeviceArray)).toList(),
        arguments.size(),
        Task.Kind.PREBUILT,
        Grid.of(k.global(), k.local()),
        (graph, name) ->
            graph.prebuiltTask(name, k.entry(), source.path().toString(), parameters(arguments)));
  }

  /**
   * An array that the kernel may write is said to be written where it is named last: TornadoVM
   * would have a task wait for itself if it named one again that it has said to write.
   */
  private static AccessorParameters parameters(List<Object> arguments) {
    AccessorParameters parameters = new AccessorParameters(arguments.size());
    for (int i = 0; i < arguments.size(); i++) {
      Object a = arguments.get(i);
      if (a instanceof DeviceArray array) {
        boolean written = array.written() && arguments.lastIndexOf(a) == i;
        parameters.set(i, array.object(), written ? Access.READ_WRITE : Access.READ_ONLY);
      } else {
        parameters.set(i, a, Access.READ_ONLY);
      }
    }
    return parameters;
  }
}
