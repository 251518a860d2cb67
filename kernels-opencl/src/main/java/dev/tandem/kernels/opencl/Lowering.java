package dev.tandem.kernels.opencl;

import dev.tandem.devices.CompileThreads;
import dev.tandem.devices.DeviceException;
import dev.tandem.graph.DType;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jocl.CLException;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;

/**
 * Turns a graph's nodes into kernel launches. It knows where tensors lie; the op families ({@link
 * MatrixOps} and its siblings) know which kernels compute them.
 */
final class Lowering {
  private final Target target;
  private final Lookups lookups;
  private final boolean half;
  private final MemoryPlan plan;
  private final Buffers buffers;
  private final WeightStore weights;
  private final int computeUnits;
  private final Optional<CompileThreads> threads;
  private final Scratch scratch;
  private final List<KernelCall.Pending> pending = new ArrayList<>();
  private final List<Launch> launches = new ArrayList<>();
  private final List<cl_kernel> kernels = new ArrayList<>();

  /**
   * Where values lie that are no weights.
   *
   * @param arena activations, by the memory plan
   * @param zeros at least as many as the longest extent
   * @param caller what callers see
   */
  record Buffers(cl_mem arena, cl_mem zeros, CallerView caller) {}

  /**
   * A lowering of nothing yet.
   *
   * @param computeUnits that the kernels will run on
   * @param threads that build programs; none where memory is only counted: then no kernel is made
   */
  Lowering(
      Target target,
      Lookups lookups,
      boolean half,
      MemoryPlan plan,
      Buffers buffers,
      WeightStore weights,
      int computeUnits,
      Optional<CompileThreads> threads) {
    this.target = target;
    this.lookups = lookups;
    this.half = half;
    this.plan = plan;
    this.buffers = buffers;
    this.weights = weights;
    this.computeUnits = computeUnits;
    this.threads = threads;
    this.scratch = new Scratch(target.cl().device().addressAlign());
  }

  /** Where a node's value lies; weights in their plain layout. */
  Ref ref(Node n) {
    Node storage = MemoryPlan.storage(n);
    if (storage.isWeight()) {
      return weights.plain(storage);
    }
    return buffers.caller().holds(storage) && !converted(storage)
        ? buffers.caller().ref(storage)
        : new Ref(buffers.arena(), plan.offset(n) / elementBytes(storage));
  }

  /** Where the caller's form of an input or output lies, which is always 32 bits wide. */
  Ref callerRef(Node storage) {
    return buffers.caller().ref(storage);
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

  /** True if products are computed in 16 bits. */
  boolean halfArithmetic() {
    return half && target.halfArithmetic();
  }

  WeightStore weights() {
    return weights;
  }

  Scratch scratch() {
    return scratch;
  }

  int computeUnits() {
    return computeUnits;
  }

  Settings.Family family() {
    return target.family();
  }

  ClDevice hardware() {
    return target.cl().device();
  }

  Tunables tunables(String kernel, String shape) {
    return lookups.find(kernel, shape);
  }

  /** A call of a kernel built with the given tunables and the storage type. */
  KernelCall call(Node node, String file, String entry, Tunables defines) {
    SortedMap<String, Integer> all = new TreeMap<>(defines.values());
    if (half) {
      all.put("STORE_F16", 1);
    }
    threads.ifPresent(t -> target.programs().begin(file, all, t));
    return new KernelCall(
        pending::add,
        scratch,
        buffers.zeros(),
        node,
        file + "/" + entry,
        () -> target.programs().kernel(file, entry, all));
  }

  /**
   * Makes all kernels and sets their arguments, once programs and weights are there.
   *
   * @throws DeviceException if a program cannot be built or an argument is refused
   */
  void bind() {
    for (KernelCall.Pending p : pending) {
      try {
        cl_kernel k = p.kernel();
        kernels.add(k);
        launches.add(p.bind(k));
      } catch (CLException e) {
        throw cannotPrepare(p.node(), e);
      }
    }
  }

  /** For what the driver refuses of a node. */
  DeviceException cannotPrepare(Node n, CLException e) {
    return new DeviceException(
        target.cl().id() + ": cannot prepare " + n + ": " + e.getMessage(), e);
  }

  List<Launch> launches() {
    return launches;
  }

  List<cl_kernel> kernels() {
    return kernels;
  }
}
