package dev.tandem.kernels.cpu;

import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/** Turns one node into kernels. The memory plan says where its operands and result lie. */
final class Lowering {
  private final Primitives primitives;
  private final WeightStore weights;
  private final Team team;
  private final Residence residence;
  private final Joins joins;
  private final Places places;

  Lowering(
      Primitives primitives,
      WeightStore weights,
      Team team,
      Residence residence,
      Joins joins,
      Places places) {
    this.primitives = primitives;
    this.weights = weights;
    this.team = team;
    this.residence = residence;
    this.joins = joins;
    this.places = places;
  }

  /** Where the values that nodes compute lie. */
  @FunctionalInterface
  interface Places {
    /** Memory of a node that is neither a weight nor a view. */
    MemorySegment of(Node n);
  }

  Primitives primitives() {
    return primitives;
  }

  WeightStore weights() {
    return weights;
  }

  /** How a convolution is computed in the Winograd domain, if it is. */
  Optional<WinogradTiles> winograd(Node n) {
    return Optional.ofNullable(residence.winograd().get(n));
  }

  Residence residence() {
    return residence;
  }

  /** The threads that share out what Java computes. */
  Team team() {
    return team;
  }

  /** A node's memory; a weight's is its row-major copy. */
  MemorySegment memory(Node n) {
    Node root = MemoryPlan.storage(n);
    return root.isConstant() ? weights.plain(root) : places.of(root);
  }

  Place place(Node n) {
    return Place.at(memory(n).address());
  }

  List<Kernel> lower(Node n) {
    return switch (n.op()) {
      case Op.Conv2d c -> Convolutions.conv2d(this, n, c);
      case Op.Linear l -> MatrixProducts.linear(this, n, l);
      case Op.GegluLinear g -> MatrixProducts.gegluLinear(this, n, g);
      case Op.MatMul m -> MatrixProducts.matMul(this, n, m);
      case Op.Attention a -> Attentions.attention(this, n, a);
      case Op.GroupNorm g -> GroupNorms.groupNorm(this, n, g, new Result(this, n));
      case Op.LayerNorm l -> Elementwise.layerNorm(this, n, l, new Result(this, n));
      case Op.Softmax s -> Elementwise.softmax(this, n, s);
      case Op.Activate a -> Elementwise.activate(this, n, a);
      case Op.Scale s -> Elementwise.scale(this, n, s);
      case Op.Add _ -> Elementwise.add(this, n);
      case Op.Geglu _ -> geglu(n, new Result(this, n));
      case Op.Concat c -> Movement.concat(this, n, c);
      case Op.Upsample _ -> Movement.upsample(this, n);
      case Op.Embedding _ -> Movement.embedding(this, n);
      case Op.GatherRows _ -> Movement.gatherRows(this, n);
      case Op.TimestepEmbedding t -> Movement.timestepEmbedding(this, n, t);
      case Op.Quantize _ -> quantize(n);
      case Op.QuantizedConv2d c -> QuantizedProducts.conv2d(this, n, c);
      case Op.QuantizedLinear l -> QuantizedProducts.linear(this, n, l);
      case Op.Input _, Op.Weight _, Op.Dequantize _, Op.Reshape _ -> List.of();
    };
  }

  private List<Kernel> quantize(Node n) {
    Result result = new Result(this, n);
    Optional<Node> x = joins.before(n);
    return switch (x.map(Node::op).orElse(n.op())) {
      case Op.GroupNorm g -> GroupNorms.groupNorm(this, x.get(), g, result);
      case Op.LayerNorm l -> Elementwise.layerNorm(this, x.get(), l, result);
      case Op.Geglu _ -> geglu(x.get(), result);
      default -> Elementwise.quantize(this, n, result);
    };
  }

  private List<Kernel> geglu(Node n, Result result) {
    return joins
        .before(n)
        .map(x -> QuantizedProducts.gated(this, x, (Op.QuantizedLinear) x.op(), result))
        .orElseGet(() -> Elementwise.geglu(this, n));
  }
}
