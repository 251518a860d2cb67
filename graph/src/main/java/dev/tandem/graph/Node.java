package dev.tandem.graph;

import java.util.List;

/**
 * One value of a graph in single-assignment form: an operation applied to earlier nodes. Compared
 * by identity.
 */
public final class Node {
  private final int id;
  private final String name;
  private final Op op;
  private final List<Node> inputs;
  private final Shape shape;
  private final DType type;

  Node(int id, String name, Op op, List<Node> inputs, Shape shape, DType type) {
    this.id = id;
    this.name = name;
    this.op = op;
    this.inputs = List.copyOf(inputs);
    this.shape = shape;
    this.type = type;
  }

  /** Position in {@link Graph#nodes()}. */
  public int id() {
    return id;
  }

  /** Where it stands in the model, for example {@code down_blocks.0.resnets.0.conv1}. */
  public String name() {
    return name;
  }

  public Op op() {
    return op;
  }

  public List<Node> inputs() {
    return inputs;
  }

  public Node input(int i) {
    return inputs.get(i);
  }

  public Shape shape() {
    return shape;
  }

  public DType type() {
    return type;
  }

  /** Size of the value in bytes. */
  public long bytes() {
    return shape.elements() * type.bytes();
  }

  public boolean isWeight() {
    return op instanceof Op.Weight;
  }

  /** True if the value is a weight or made of weights alone, so that it is known before a run. */
  public boolean isConstant() {
    return isWeight() || op instanceof Op.Dequantize;
  }

  public boolean isInput() {
    return op instanceof Op.Input;
  }

  /** True if the value is another node's memory under a different shape. */
  public boolean isView() {
    return op instanceof Op.Reshape;
  }

  /** True if a device has something to compute for this node. */
  public boolean isComputed() {
    return !isConstant() && !isInput() && !isView();
  }

  @Override
  public String toString() {
    return "%" + id + " " + op.kind() + " " + name + " " + shape + " " + type;
  }
}
