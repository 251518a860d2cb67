package dev.tandem.kernels.opencl.plan;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.CompileOptions.WeightMemory;
import dev.tandem.graph.DType;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Turns a graph's nodes into kernel launches. It knows where tensors lie; the op families ({@link
 * MatrixOps} and its siblings) know which kernels compute them.
 */
final class Lowering {
  private final KernelPlanner planner;
  private final Lookups lookups;
  private final boolean half;
  private final WeightMemory weightMemory;
  private final MemoryPlan plan;
  private final Places places;
  private final WeightStore weights;
  private final int computeUnits;
  private final List<PlannedKernel> kernels = new ArrayList<>();

  /**
   * Where values lie that are no weights.
   *
   * @param arena number of the buffer of activations, which lie there by the memory plan
   * @param zeros number of a buffer of at least as many zeros as the longest extent
   * @param caller what callers see
   */
  record Places(int arena, int zeros, Scratch scratch, CallerBuffers.Part caller) {}

  /**
   * A lowering of nothing yet.
   *
   * @param options in which type activations and weights are stored, and where weights are
   * @param computeUnits that the kernels will run on
   */
  Lowering(
      KernelPlanner planner,
      Lookups lookups,
      CompileOptions options,
      MemoryPlan plan,
      Places places,
      WeightStore weights,
      int computeUnits) {
    this.planner = planner;
    this.lookups = lookups;
    this.half = options.precision() == Precision.F16;
    this.weightMemory = options.weights();
    this.plan = plan;
    this.places = places;
    this.weights = weights;
    this.computeUnits = computeUnits;
  }

  /** Where a node's value lies; weights in their plain layout. */
  Ref ref(Node n) {
    Node storage = MemoryPlan.storage(n);
    if (storage.isConstant()) {
      return weights.plain(storage);
    }
    return places.caller().holds(storage) && !converted(storage)
        ? places.caller().ref(storage)
        : new Ref(places.arena(), plan.offset(n) / elementBytes(storage));
  }

  /** Where the caller's form of an input or output lies, which is always 32 bits wide. */
  Ref callerRef(Node storage) {
    return places.caller().ref(storage);
  }

  /** True if a value is stored in 16 bits while its callers see 32. */
  boolean converted(Node n) {
    return half && n.type() == DType.F32;
  }

  /** Bytes of one element of a node's value on the target. */
  int elementBytes(Node n) {
    return converted(n) ? 2 : n.type().bytes();
  }

  /** Bytes of one element of the storage type. */
  int realBytes() {
    return half ? 2 : 4;
  }

  boolean half() {
    return half;
  }

  /** Where weights are while nothing reads them. */
  WeightMemory weightMemory() {
    return weightMemory;
  }

  /** True if products are computed in 16 bits. */
  boolean halfArithmetic() {
    return half && planner.halfArithmetic();
  }

  /** True if products of four whole numbers are computed at once. */
  boolean dot() {
    return family() == KernelFamily.GPU && planner.device().dot();
  }

  WeightStore weights() {
    return weights;
  }

  Scratch scratch() {
    return places.scratch();
  }

  int computeUnits() {
    return computeUnits;
  }

  KernelFamily family() {
    return planner.family();
  }

  /** Floats in a vector register. */
  int vectorWidth() {
    return planner.device().vectorWidth();
  }

  /** Local memory of a work-group, bytes. */
  long localMemory() {
    return planner.device().localMemory();
  }

  Tunables tunables(String kernel, String shape) {
    return lookups.find(kernel, shape);
  }

  /** A call of a kernel built with the given tunables and the storage type. */
  KernelCall call(Node node, String file, String entry, Tunables defines) {
    Map<String, Integer> all = new TreeMap<>(defines.values());
    if (half) {
      all.put("STORE_F16", 1);
    }
    return new KernelCall(
        kernels::add,
        places.zeros(),
        places.caller().whole(node),
        KernelProgram.of(file, all, planner.device()),
        entry);
  }

  /** All calls so far, in order. */
  List<PlannedKernel> kernels() {
    return kernels;
  }
}
