package dev.tandem.devices.cases;

import dev.tandem.graph.DType;
import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Self, cross and causal attention over all head sizes that models have. */
final class AttentionCases {
  private AttentionCases() {}

  static List<OpCase> all() {
    List<OpCase> all = new ArrayList<>();
    for (int headSize : new int[] {4, 8, 16, 20, 32, 40, 64, 80, 96, 128, 160}) {
      all.add(attention(2, 13, 13, 2, headSize, false));
    }
    all.add(attention(1, 36, 36, 1, 512, false)); // the VAE's
    all.add(attention(1, 5, 5, 1, 1, false));
    all.add(attention(1, 1, 1, 3, 8, false));
    all.add(attention(3, 65, 65, 3, 40, false));
    all.add(attention(1, 130, 130, 2, 64, false));
    for (int keys : new int[] {1, 7, 77}) { // cross attention
      all.add(attention(2, 33, keys, 4, 32, false));
      all.add(attention(1, 3, keys, 2, 40, false));
    }
    all.add(attention(2, 77, 77, 4, 16, true));
    all.add(attention(1, 7, 7, 2, 64, true));
    all.add(attention(1, 1, 1, 1, 4, true));
    all.add(attention(1, 9, 5, 1, 8, true)); // more tokens than keys
    all.add(attention(1, 5, 9, 1, 8, true));
    // Scores up to about 2,000: exp would overflow without the running maximum.
    all.add(
        attention(1, 17, 40, 2, 16, false)
            .fill("q", Fill.uniform(0, 30))
            .fill("k", Fill.uniform(0, 30))
            .renamed("attention with large scores")
            .onlyF32());
    // The largest score comes last or first: an online softmax must rescale what it has summed.
    all.add(
        attention(1, 3, 100, 1, 4, false)
            .fill("q", Fill.values(1))
            .fill("k", (_, i) -> 0.5 * Math.floorDiv(i, 4))
            .renamed("attention with rising scores"));
    all.add(
        attention(1, 3, 100, 1, 4, false)
            .fill("q", Fill.values(1))
            .fill("k", (_, i) -> -0.5 * Math.floorDiv(i, 4))
            .renamed("attention with falling scores"));
    return all;
  }

  static OpCase attention(
      int batch, int tokens, int keys, int heads, int headSize, boolean causal) {
    int c = heads * headSize;
    String name =
        String.format(
            Locale.ROOT,
            "attention %s %d x %d tokens, %d heads of %d, batch %d",
            causal ? "causal" : "full",
            tokens,
            keys,
            heads,
            headSize,
            batch);
    return OpCase.of(
            name,
            b -> {
              Node q = b.input("q", Shape.of(batch, tokens, c), DType.F32);
              Node k = b.input("k", Shape.of(batch, keys, c), DType.F32);
              Node v = b.input("v", Shape.of(batch, keys, c), DType.F32);
              float scale = (float) (1 / Math.sqrt(headSize));
              return b.attention("a", q, k, v, heads, causal, scale);
            })
        .within(Tolerance.ATTENTION);
  }
}
