package dev.tandem.stages.vae;

import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op.Padding;
import dev.tandem.graph.Shape;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * One layer of a decoder over a whole map, computed a band of rows at a time: the source, enlarged
 * and normalised by the host, through a convolution on a device. Rows of zeros stand above and
 * below the map, so every activation before the convolution must keep 0.
 *
 * @param name of the layer in the model
 * @param from the map that is read
 * @param to the map that is made; the one that has the name before is let go
 * @param in how the source becomes the convolution's input
 * @param shape of the result
 * @param kernel of the convolution, 1 or 3
 * @param addend a map that the layer adds to its result; {@code to} itself is then overwritten
 * @param form what becomes of the graph before a device sees it
 */
public record BandStep(
    String name,
    String from,
    String to,
    Source in,
    Size shape,
    int kernel,
    Optional<String> addend,
    Layer layer,
    UnaryOperator<Graph> form) {
  /** Input of {@link #graph}: {@code [1, rows + kernel - 1, width, in.channels]}. */
  public static final String ROWS = "rows";

  /** Input of {@link #graph} where there is an addend: {@code [1, rows, width, channels]}. */
  public static final String ADDEND = "addend";

  /** Output of {@link #graph}: {@code [1, rows, width, channels]}. */
  public static final String RESULT = "result";

  /** No zeros above and below, where there are neighbours; at the sides as in the whole map. */
  static final Padding SIDES = new Padding(0, 1, 0, 1);

  /**
   * What is read.
   *
   * @param scale times as many rows and columns
   */
  public record Source(int channels, int scale, Optional<Norm> norm) {}

  /** Extents of a map. */
  public record Size(int height, int width, int channels) {
    /** Of what a head or a band makes. */
    static Size of(Graph graph) {
      Shape s = graph.output(RESULT).shape();
      return new Size(s.dim(1), s.dim(2), s.dim(3));
    }

    /** In memory. */
    public long bytes() {
      return FeatureMap.bytes(height, width, channels);
    }
  }

  /** A group norm with the weights {@code prefix.weight} and {@code prefix.bias}. */
  public record Norm(String prefix, int groups, float eps) {}

  /** What the device computes. */
  @FunctionalInterface
  public interface Layer {
    /**
     * Builds it.
     *
     * @param x the rows, normalised
     * @param addend empty where the step has none
     */
    Node of(GraphBuilder g, Node x, Optional<Node> addend);
  }

  BandStep(
      String name,
      String from,
      String to,
      Source in,
      Size shape,
      int kernel,
      Optional<String> addend,
      Layer layer) {
    this(name, from, to, in, shape, kernel, addend, layer, UnaryOperator.identity());
  }

  BandStep with(UnaryOperator<Graph> other) {
    return new BandStep(name, from, to, in, shape, kernel, addend, layer, other);
  }

  /** Rows above and below a band that it reads. */
  public int halo() {
    return kernel / 2;
  }

  /** Rows of a band when bands have so many at most. */
  public int rows(int most) {
    return Math.min(most, shape.height);
  }

  /** Whether the result lies in the memory of what is read: possible pixel by pixel. */
  public boolean inPlace() {
    return kernel == 1 && from.equals(to) && shape.channels <= in.channels;
  }

  /** Whether the result overwrites what is added to it. */
  public boolean ontoAddend() {
    return addend.filter(to::equals).isPresent();
  }

  /** The graph of a band. */
  public Graph graph(int rows) {
    int width = shape.width;
    GraphBuilder g =
        new GraphBuilder("vae", "vae " + name + " [" + rows + " rows of " + width + "]");
    Node x = g.input(ROWS, Shape.of(1, rows + 2 * halo(), width, in.channels), DType.F32);
    Optional<Node> other =
        addend.map(a -> g.input(ADDEND, Shape.of(1, rows, width, shape.channels), DType.F32));
    return form.apply(g.output(RESULT, layer.of(g, x, other)).build());
  }
}
