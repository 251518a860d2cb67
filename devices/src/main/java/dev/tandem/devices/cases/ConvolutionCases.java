package dev.tandem.devices.cases;

import dev.tandem.graph.Activation;
import dev.tandem.graph.DType;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** 2-D convolutions: kernels, strides, paddings, odd sizes and the fused forms. */
final class ConvolutionCases {
  private ConvolutionCases() {}

  static List<OpCase> all() {
    List<OpCase> all = new ArrayList<>();
    // Kernel sizes, and channel counts that no vector width divides.
    all.add(square(1, 1, 0, 1, 8, 8, 16, 32));
    all.add(square(1, 1, 0, 3, 5, 7, 3, 5));
    all.add(square(1, 2, 0, 2, 7, 9, 6, 10));
    all.add(square(3, 1, 1, 1, 8, 8, 16, 16));
    all.add(square(3, 1, 1, 2, 9, 7, 20, 12));
    all.add(square(3, 1, 1, 2, 16, 16, 64, 64));
    all.add(square(3, 1, 1, 1, 6, 5, 17, 33));
    all.add(square(3, 1, 1, 1, 1, 1, 4, 4));
    all.add(square(3, 1, 1, 1, 4, 3, 1, 1));
    all.add(square(3, 1, 1, 2, 17, 23, 8, 8));
    all.add(square(3, 1, 0, 1, 7, 6, 5, 7));
    all.add(square(3, 1, 2, 1, 3, 3, 4, 6));
    all.add(square(5, 1, 2, 1, 9, 8, 3, 9));
    all.add(square(7, 3, 3, 1, 13, 11, 3, 8));
    // Downsampling of U-Nets (padded by 1) and of VAE encoders (padded below and right only).
    all.add(square(3, 2, 1, 2, 16, 16, 32, 32));
    all.add(square(3, 2, 1, 1, 17, 23, 12, 20));
    all.add(conv(new Op.Padding(0, 0, 1, 1), 3, 2, 1, 16, 12, 16, 16));
    all.add(conv(new Op.Padding(0, 0, 1, 1), 3, 2, 2, 15, 13, 5, 6));
    all.add(conv(new Op.Padding(2, 0, 1, 3), 3, 1, 1, 5, 6, 4, 8));
    // Enough tiles and channels for Winograd's forms; sizes that no tile divides.
    all.add(square(3, 1, 1, 2, 15, 18, 32, 40));
    all.add(square(3, 1, 1, 2, 7, 8, 33, 35));
    all.add(conv(new Op.Padding(2, 0, 1, 3), 3, 1, 1, 14, 13, 36, 32));
    all.add(square(3, 1, 0, 1, 19, 22, 32, 32));
    for (Activation act : List.of(Activation.NONE, Activation.RELU)) {
      all.add(fused(3, 2, 17, 15, 32, act, true));
      all.add(addend(2, 13, 18, 40, 32, act, true));
      all.add(addend(2, 6, 5, 40, 32, act, false));
    }
    // Deep sums, and weights as checkpoints store them.
    all.add(square(3, 1, 1, 1, 4, 4, 192, 64));
    all.add(square(3, 1, 1, 1, 8, 8, 24, 40).weights(DType.F16));
    all.add(square(3, 1, 1, 1, 8, 8, 24, 40).weights(DType.BF16));
    all.add(
        OpCase.of(
                "conv2d 2x4 kernel without bias",
                b ->
                    b.add(
                        "c",
                        new Op.Conv2d(1, Op.Padding.NONE, false, false, Activation.NONE),
                        input(b, 2, 6, 9, 5),
                        b.weight("c.weight", 7, 5, 2, 4)))
            .within(Tolerance.PRODUCT));
    for (Activation act : Activation.values()) {
      all.add(fused(1, 8, 9, 6, 20, act, false));
      all.add(fused(3, 2, 5, 7, 12, act, true));
    }
    all.add(addend(2, 6, 5, 13, 20, Activation.SILU, false));
    all.add(addend(2, 6, 5, 13, 20, Activation.SILU, true));
    return all;
  }

  static Node input(GraphBuilder b, int... dims) {
    return b.input("x", Shape.of(dims), DType.F32);
  }

  private static OpCase square(
      int kernel, int stride, int pad, int batch, int height, int width, int in, int out) {
    return conv(Op.Padding.same(pad), kernel, stride, batch, height, width, in, out);
  }

  static OpCase conv(
      Op.Padding p, int kernel, int stride, int batch, int height, int width, int in, int out) {
    String name =
        String.format(
            Locale.ROOT,
            "conv2d %dx%d stride %d pad %d,%d,%d,%d %s -> %d",
            kernel,
            kernel,
            stride,
            p.top(),
            p.left(),
            p.bottom(),
            p.right(),
            Shape.of(batch, height, width, in),
            out);
    return OpCase.of(
            name,
            b -> b.conv2d("c", input(b, batch, height, width, in), out, kernel, stride, p, true))
        .within(Tolerance.PRODUCT);
  }

  /** An activation in the operation itself, with a residual addend or with none. */
  private static OpCase fused(
      int kernel, int batch, int height, int width, int c, Activation act, boolean addend) {
    return OpCase.of(
            String.format(
                Locale.ROOT,
                "conv2d %dx%d + %s%s %s",
                kernel,
                kernel,
                addend ? "residual + " : "",
                act,
                Shape.of(batch, height, width, c)),
            b -> {
              Node x = input(b, batch, height, width, c);
              Op op = new Op.Conv2d(1, Op.Padding.same(kernel / 2), true, addend, act);
              Node w = b.weight("c.weight", c, c, kernel, kernel);
              Node bias = b.weight("c.bias", c);
              return addend ? b.add("c", op, x, w, bias, x) : b.add("c", op, x, w, bias);
            })
        .within(Tolerance.PRODUCT);
  }

  /** A residual or, if {@code row}, one row a picture; without a bias. */
  private static OpCase addend(
      int batch, int height, int width, int in, int out, Activation act, boolean row) {
    return OpCase.of(
            String.format(
                Locale.ROOT,
                "conv2d 3x3 without bias + %s + %s %s -> %d",
                row ? "one row a picture" : "residual",
                act,
                Shape.of(batch, height, width, in),
                out),
            b -> {
              Op op = new Op.Conv2d(1, Op.Padding.same(1), false, true, act);
              Shape a = row ? Shape.of(batch, 1, 1, out) : Shape.of(batch, height, width, out);
              return b.add(
                  "c",
                  op,
                  input(b, batch, height, width, in),
                  b.weight("c.weight", out, in, 3, 3),
                  b.input("a", a, DType.F32));
            })
        .within(Tolerance.PRODUCT);
  }
}
