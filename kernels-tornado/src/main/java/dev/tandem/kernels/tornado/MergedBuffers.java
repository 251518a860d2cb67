package dev.tandem.kernels.tornado;

import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.devices.Weights;
import dev.tandem.kernels.opencl.plan.KernelArgument;
import dev.tandem.kernels.opencl.plan.KernelPlan;
import dev.tandem.kernels.opencl.plan.PlannedBuffer;
import dev.tandem.kernels.opencl.plan.PlannedKernel;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * The buffers of a plan as parts of a few arrays: TornadoVM goes through all arrays of a task graph
 * whenever it runs it. Weights share one, or several where one would be larger than a buffer may
 * be; what kernels write shares one; what callers see is an array of its own.
 */
final class MergedBuffers {
  /** Of the start of a buffer: as strict as any device asks for. */
  private static final int ALIGNMENT = 128;

  /**
   * A buffer.
   *
   * @param from its first byte, counted from the start of the array with its header
   */
  record Part(DeviceArray array, long from) {}

  private final Map<Integer, Part> parts = new HashMap<>();
  private final Map<Integer, DeviceArray> copies = new LinkedHashMap<>();
  private final List<DeviceArray> arrays = new ArrayList<>();
  private final MemoryUse memory;

  /** The arrays of a plan, none of them larger than {@code largest} bytes if that can be. */
  MergedBuffers(KernelPlan plan, Weights source, long largest) {
    String name = plan.graph().name();
    long written =
        merge(
            DeviceArray.Role.RESIDENT,
            "activations of " + name,
            plan.buffers(PlannedBuffer.Kind.ARENA, PlannedBuffer.Kind.SCRATCH),
            source);
    long weights = 0;
    for (List<PlannedBuffer> some : split(plan, largest)) {
      weights += merge(DeviceArray.Role.ONCE, "weights of " + name, some, source);
    }
    long callers = 0;
    for (PlannedBuffer b : plan.buffers(PlannedBuffer.Kind.INPUT)) {
      callers += merge(DeviceArray.Role.INPUT, b.purpose(), List.of(b), source);
    }
    for (PlannedBuffer b : plan.buffers(PlannedBuffer.Kind.OUTPUT)) {
      boolean once = plan.kernels().stream().filter(k -> uses(k, b)).count() == 1;
      DeviceArray.Role role = once ? DeviceArray.Role.OUTPUT : DeviceArray.Role.RESIDENT;
      callers += merge(role, b.purpose(), List.of(b), source);
      if (!once) {
        callers += copied(b);
      }
    }
    long most = arrays.stream().mapToLong(DeviceArray::bytes).max().orElse(1);
    memory = new MemoryUse(written + callers, weights, 0, most);
  }

  private static boolean uses(PlannedKernel k, PlannedBuffer b) {
    return k.arguments().contains(new KernelArgument.Buffer(b.number()));
  }

  /**
   * An array for the caller of an output that several kernels use, to be copied at the end:
   * TornadoVM would free it once for each task graph that hands it on and that brings it to the
   * host.
   */
  private long copied(PlannedBuffer b) {
    DeviceArray copy =
        new DeviceArray(
            DeviceArray.Role.OUTPUT,
            DeviceArray.Elements.FLOATS,
            b.purpose(),
            aligned(b.bytes()) / Float.BYTES,
            Optional.empty());
    arrays.add(copy);
    copies.put(b.number(), copy);
    return copy.bytes();
  }

  private static List<List<PlannedBuffer>> split(KernelPlan plan, long largest) {
    List<List<PlannedBuffer>> all = new ArrayList<>();
    long bytes = Long.MAX_VALUE;
    for (PlannedBuffer b :
        plan.buffers(
            PlannedBuffer.Kind.WEIGHT, PlannedBuffer.Kind.RESTING, PlannedBuffer.Kind.CONSTANT)) {
      long more = aligned(b.bytes());
      if (all.isEmpty() || bytes + more > largest - ALIGNMENT) {
        all.add(new ArrayList<>());
        bytes = 0;
      }
      bytes += more;
      all.getLast().add(b);
    }
    return all;
  }

  private static long aligned(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** Bytes of the array; 0 if there is nothing to merge. */
  private long merge(
      DeviceArray.Role role, String purpose, List<PlannedBuffer> buffers, Weights source) {
    if (buffers.isEmpty()) {
      return 0;
    }
    Map<PlannedBuffer, Long> offsets = new LinkedHashMap<>();
    long bytes = 0;
    for (PlannedBuffer b : buffers) {
      offsets.put(b, bytes);
      bytes += aligned(b.bytes());
    }
    DeviceArray array =
        new DeviceArray(
            role,
            DeviceArray.Elements.FLOATS,
            purpose,
            bytes / Float.BYTES,
            Optional.of(to -> write(offsets, source, to)));
    offsets.forEach(
        (b, at) -> parts.put(b.number(), new Part(array, TornadoNativeArray.ARRAY_HEADER + at)));
    arrays.add(array);
    return array.bytes();
  }

  private static void write(Map<PlannedBuffer, Long> offsets, Weights source, MemorySegment to) {
    offsets.forEach(
        (b, at) -> b.contents().ifPresent(c -> c.write(source, to.asSlice(at, b.bytes()))));
  }

  Part part(int number) {
    return parts.get(number);
  }

  List<DeviceArray> arrays() {
    return arrays;
  }

  MemoryUse memory() {
    return memory;
  }

  /** Arrays that callers see, by names. */
  Map<String, DeviceArray> named(Map<String, Integer> numbers) {
    Map<String, DeviceArray> named = new HashMap<>();
    numbers.forEach(
        (name, number) -> named.put(name, copies.getOrDefault(number, part(number).array())));
    return named;
  }

  /** Outputs, by number, that are to be copied into arrays of the caller's. */
  Map<Integer, DeviceArray> copies() {
    return copies;
  }
}
