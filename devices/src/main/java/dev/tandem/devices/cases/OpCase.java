package dev.tandem.devices.cases;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.graph.Cost;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A small graph with one output, {@code y}, how its inputs and weights are drawn, and how far a
 * device may be from the reference device.
 *
 * @param name unique in the table, for example {@code conv2d 3x3 [2, 9, 7, 20] -> 12}; also the
 *     seed of all random values
 * @param tag what the case is for
 * @param graph with output {@code y}
 * @param fills of inputs and weights that are not drawn by default (see {@link CaseData})
 * @param weightType how weights are stored in the checkpoint
 * @param tolerances largest absolute difference over the largest magnitude of the reference, for
 *     each precision that the case makes sense in
 * @param halfArithmetic the same where products, too, are computed in F16
 */
public record OpCase(
    String name,
    Tag tag,
    Graph graph,
    Map<String, Fill> fills,
    DType weightType,
    Map<Precision, Double> tolerances,
    double halfArithmetic) {

  public OpCase {
    fills = Map.copyOf(fills);
    tolerances = Map.copyOf(tolerances);
  }

  /** A correctness case with F32 weights; tolerances are still to be set. */
  static OpCase of(String name, Function<GraphBuilder, Node> body) {
    GraphBuilder b = new GraphBuilder(name);
    Graph graph = b.output("y", body.apply(b)).build();
    return new OpCase(name, Tag.CORRECTNESS, graph, Map.of(), DType.F32, Map.of(), 0);
  }

  OpCase within(Tolerance t) {
    return new OpCase(name, tag, graph, fills, weightType, t.both(), t.halfArithmetic());
  }

  /** For values that F16 cannot hold, or not well enough. */
  OpCase onlyF32() {
    Map<Precision, Double> f32 = Map.of(Precision.F32, tolerance(Precision.F32));
    return new OpCase(name, tag, graph, fills, weightType, f32, halfArithmetic);
  }

  OpCase fill(String valueName, Fill fill) {
    Map<String, Fill> more = new HashMap<>(fills);
    more.put(valueName, fill);
    return new OpCase(name, tag, graph, more, weightType, tolerances, halfArithmetic);
  }

  /** Weights of another type; the type becomes part of the name. */
  OpCase weights(DType type) {
    return new OpCase(
        name + " " + type + " weights", tag, graph, fills, type, tolerances, halfArithmetic);
  }

  OpCase renamed(String other) {
    return new OpCase(other, tag, graph, fills, weightType, tolerances, halfArithmetic);
  }

  OpCase tagged(Tag other) {
    return new OpCase(name, other, graph, fills, weightType, tolerances, halfArithmetic);
  }

  /** The precisions that the case makes sense in. */
  public Set<Precision> precisions() {
    return tolerances.keySet();
  }

  /**
   * The bound in one precision.
   *
   * @throws IllegalArgumentException if the case makes no sense in it
   */
  public double tolerance(Precision precision) {
    Double t = tolerances.get(precision);
    if (t == null) {
      throw new IllegalArgumentException("case '" + name + "' is not for " + precision);
    }
    return t;
  }

  /**
   * The operation that it is about, which its operands may have been rounded for; empty if it has
   * several.
   */
  public Optional<String> operation() {
    List<String> kinds =
        graph.nodes().stream()
            .filter(n -> n.isComputed() && !(n.op() instanceof Op.Quantize))
            .map(n -> n.op().kind())
            .distinct()
            .toList();
    return kinds.size() == 1 ? Optional.of(kinds.getFirst()) : Optional.empty();
  }

  /** Floating-point operations of a run, see {@link Cost}. */
  public long flops() {
    return Cost.of(graph).flops();
  }

  /** Bytes that a run must read and write at least, see {@link Cost}. */
  public long bytes() {
    Cost cost = Cost.of(graph);
    return cost.bytesRead() + cost.bytesWritten();
  }

  @Override
  public String toString() {
    return name;
  }
}
