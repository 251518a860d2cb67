package dev.tandem.devices.cases;

import dev.tandem.graph.DType;
import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Operations that move elements, and the embedding of timesteps. */
final class MovementCases {
  private MovementCases() {}

  static List<OpCase> all() {
    List<OpCase> all = new ArrayList<>();
    all.add(upsample(16, 16, 1, 8, 8, 16));
    all.add(upsample(10, 14, 2, 5, 7, 3));
    all.add(upsample(9, 12, 2, 5, 6, 5)); // to the size of a skip connection
    all.add(upsample(17, 23, 1, 9, 12, 8));
    all.add(upsample(7, 2, 1, 3, 5, 1)); // also smaller
    all.add(upsample(5, 5, 1, 1, 1, 4));
    all.add(concat(3, new int[] {2, 5, 7, 9}, new int[] {2, 5, 7, 4}));
    all.add(concat(3, new int[] {1, 4, 4, 32}, new int[] {1, 4, 4, 16}));
    all.add(concat(2, new int[] {2, 7, 5}, new int[] {2, 7, 3}));
    all.add(concat(1, new int[] {2, 7, 5}, new int[] {2, 70, 5}));
    all.add(concat(0, new int[] {1, 4, 4, 8}, new int[] {1, 4, 4, 8}));
    all.add(concat(0, new int[] {3}, new int[] {4}));
    all.add(embedding(2, 7, 50, 12));
    all.add(embedding(1, 77, 1000, 9));
    all.add(
        embedding(1, 4, 5, 3)
            .fill("ids", Fill.values(4, 0, 0, 4))
            .renamed("embedding of the first and last row"));
    all.add(embedding(1, 5, 30, 16).weights(DType.F16));
    all.add(gather(3, 7, 12));
    all.add(gather(1, 1, 5));
    for (boolean flip : new boolean[] {true, false}) {
      for (float shift : new float[] {0, 1}) {
        all.add(timestep(flip, shift, 32, 999, 0, 1, 500, 250.5));
        all.add(timestep(flip, shift, 6, 981));
      }
    }
    all.add(timestep(true, 0, 320, 999, 951));
    all.add(
        OpCase.of(
                "reshape of an input, a computed value and a weight",
                b -> {
                  Node x = b.input("x", Shape.of(2, 6, 5), DType.F32);
                  Node y = b.scale("s", b.reshape("r", x, 2, 2, 3, 5), 2, 0);
                  Node w = b.reshape("w4", b.weight("w", 2, 30), 2, 3, 2, 5);
                  return b.reshape("end", b.add("sum", b.reshape("m", y, 2, 3, 2, 5), w), 60);
                })
            .within(Tolerance.ELEMENTWISE));
    return all;
  }

  static OpCase upsample(int height, int width, int... dims) {
    return OpCase.of(
            String.format(Locale.ROOT, "upsample %s to %dx%d", Shape.of(dims), height, width),
            b -> b.upsample("u", b.input("x", Shape.of(dims), DType.F32), height, width))
        .within(Tolerance.COPY);
  }

  static OpCase concat(int axis, int[] first, int[] second) {
    Shape a = Shape.of(first);
    Shape c = Shape.of(second);
    return OpCase.of(
            String.format(Locale.ROOT, "concat %s and %s on axis %d", a, c, axis),
            b -> b.concat("c", b.input("x", a, DType.F32), b.input("b", c, DType.F32), axis))
        .within(Tolerance.COPY);
  }

  private static OpCase embedding(int batch, int tokens, int rows, int channels) {
    return OpCase.of(
            String.format(
                Locale.ROOT, "embedding [%d, %d] of [%d, %d]", batch, tokens, rows, channels),
            b ->
                b.embedding(
                    "e",
                    b.input("ids", Shape.of(batch, tokens), DType.I32),
                    b.weight("table", rows, channels)))
        .fill("ids", Fill.below(rows))
        .within(Tolerance.COPY);
  }

  private static OpCase gather(int batch, int tokens, int channels) {
    return OpCase.of(
            "gatherrows " + Shape.of(batch, tokens, channels),
            b ->
                b.gatherRows(
                    "g",
                    b.input("x", Shape.of(batch, tokens, channels), DType.F32),
                    b.input("index", Shape.of(batch), DType.I32)))
        .fill("index", Fill.below(tokens))
        .within(Tolerance.COPY);
  }

  private static OpCase timestep(boolean flip, float shift, int dim, double... timesteps) {
    return OpCase.of(
            String.format(
                Locale.ROOT,
                "timestepembedding of %d into %d, %s first, shift %s",
                timesteps.length,
                dim,
                flip ? "cosines" : "sines",
                shift),
            b -> {
              Node t = b.input("t", Shape.of(timesteps.length), DType.F32);
              return b.timestepEmbedding("e", t, dim, flip, shift);
            })
        .fill("t", Fill.values(timesteps))
        .within(Tolerance.TIMESTEP);
  }
}
