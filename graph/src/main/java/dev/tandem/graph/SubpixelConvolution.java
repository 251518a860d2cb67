package dev.tandem.graph;

import dev.tandem.graph.Op.Conv2d;
import dev.tandem.graph.Op.Padding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rewrites "nearest upsampling by 2, then a 3x3 convolution" into four 2x2 convolutions of the
 * small picture, one for each position in a 2x2 block of the result, with the taps that meet the
 * same source pixel summed beforehand. The same numbers up to rounding, 4/9 of the multiplications,
 * and the upsampled picture is never made (Aitken et al. 2017, "Checkerboard artifact free
 * sub-pixel convolution").
 *
 * <p>Apply it before {@link Fusion}. The rewritten graph asks for weights that no checkpoint has:
 * their names are those of {@link Phase}, which also computes them.
 */
public final class SubpixelConvolution {
  private final int[] uses;
  private final int minPixels;
  private final GraphBuilder out;
  private final Map<Node, Node> done = new HashMap<>();

  private SubpixelConvolution(Graph graph, int minPixels) {
    this.uses = graph.useCounts();
    this.minPixels = minPixels;
    this.out = new GraphBuilder(graph.name());
  }

  /**
   * Rewrites a graph.
   *
   * @param minPixels convolutions of fewer source pixels (batch x height x width) stay: four small
   *     ones may take longer than one
   */
  public static Graph apply(Graph graph, int minPixels) {
    SubpixelConvolution s = new SubpixelConvolution(graph, minPixels);
    for (Node n : graph.nodes()) {
      s.done.put(n, s.rewrite(n));
    }
    graph.outputs().forEach((name, n) -> s.out.output(name, s.done.get(n)));
    return s.out.build();
  }

  private Node rewrite(Node n) {
    return switch (n.op()) {
      case Conv2d c when fits(n, c) -> phases(n, c);
      case Op.Input i -> out.input(n.name(), i.shape(), i.type());
      case Op.Weight w -> out.weight(n.name(), w.shape().toArray());
      default -> out.add(n.name(), n.op(), n.inputs().stream().map(done::get).toList());
    };
  }

  private boolean fits(Node n, Conv2d c) {
    Node up = n.input(0);
    Shape w = n.input(1).shape();
    if (!(up.op() instanceof Op.Upsample) || uses[up.id()] != 1 || !n.input(1).isWeight()) {
      return false;
    }
    Shape from = up.input(0).shape();
    Shape to = up.shape();
    return to.dim(1) == 2 * from.dim(1)
        && to.dim(2) == 2 * from.dim(2)
        && from.rows() >= minPixels
        && w.dim(2) == 3
        && w.dim(3) == 3
        && c.stride() == 1
        && c.padding().equals(Padding.same(1))
        && !c.addend();
  }

  private Node phases(Node n, Conv2d c) {
    Node top = row(n, c, 0);
    Node bottom = row(n, c, 1);
    Shape s = top.shape(); // [batch, height, width, 2 * channels]: two pixels side by side
    int rows = s.dim(0) * s.dim(1);
    int rowSize = s.dim(2) * s.dim(3);
    Node both =
        out.concat(
            n.name() + ".rows",
            out.reshape(n.name() + ".top", top, rows, 1, rowSize),
            out.reshape(n.name() + ".bottom", bottom, rows, 1, rowSize),
            1);
    return out.reshape(n.name() + ".interleaved", both, n.shape().toArray());
  }

  private Node row(Node n, Conv2d c, int y) {
    return out.concat(n.name() + ".columns" + y, phase(n, c, y, 0), phase(n, c, y, 1), 3);
  }

  private Node phase(Node n, Conv2d c, int y, int x) {
    Padding p = new Padding(1 - y, 1 - x, y, x);
    Shape w = n.input(1).shape();
    Phase phase = new Phase(n.input(1).name(), y, x);
    List<Node> operands = new ArrayList<>();
    operands.add(done.get(n.input(0).input(0)));
    operands.add(out.weight(phase.name(), w.dim(0), w.dim(1), 2, 2));
    if (c.bias()) {
      operands.add(done.get(n.input(2)));
    }
    return out.add(
        n.name() + ".phase" + y + x, new Conv2d(1, p, c.bias(), false, c.act()), operands);
  }

  /**
   * The 2x2 kernel for one position in a 2x2 block of the result.
   *
   * @param weight name of the 3x3 kernel it is made of
   * @param row 0 for even rows of the result, 1 for odd
   * @param column 0 for even columns, 1 for odd
   */
  public record Phase(String weight, int row, int column) {
    private static final String MARK = "#phase";

    /** The name of the weight that a rewritten graph asks for. */
    public String name() {
      return weight + MARK + row + column;
    }

    /** What a weight's name stands for; empty for a weight of the checkpoint. */
    public static Optional<Phase> of(String name) {
      int mark = name.length() - MARK.length() - 2;
      if (mark < 0 || !name.startsWith(MARK, mark)) {
        return Optional.empty();
      }
      int row = name.charAt(name.length() - 2) - '0';
      int column = name.charAt(name.length() - 1) - '0';
      return Optional.of(new Phase(name.substring(0, mark), row, column));
    }

    /**
     * The kernel's values.
     *
     * @param kernel {@code [out, in, 3, 3]}, row-major
     * @return {@code [out, in, 2, 2]}, row-major
     */
    public float[] of(float[] kernel) {
      float[] sums = new float[kernel.length / 9 * 4];
      for (int i = 0; i < kernel.length; i++) {
        int pair = i / 9;
        int y = (i % 9 / 3 + 1 - row) / 2; // even rows see taps 0 | 1 2, odd rows 0 1 | 2
        int x = (i % 3 + 1 - column) / 2;
        sums[pair * 4 + y * 2 + x] += kernel[i];
      }
      return sums;
    }
  }
}
