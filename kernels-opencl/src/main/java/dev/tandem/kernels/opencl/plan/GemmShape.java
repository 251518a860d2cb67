package dev.tandem.kernels.opencl.plan;

import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;

/**
 * A matrix product as the gemm kernels see it: rows are output pixels, columns output channels.
 *
 * @param rows output pixels of all pictures
 * @param cols output channels
 * @param depth input channels
 * @param batch independent products
 */
record GemmShape(
    int batch,
    int rows,
    int cols,
    int depth,
    int inHeight,
    int inWidth,
    int outHeight,
    int outWidth,
    int kernelHeight,
    int kernelWidth,
    int stride,
    Op.Padding padding) {

  /** A plain product of {@code [rows, depth]} and {@code [depth, cols]}. */
  static GemmShape product(int batch, long rows, int cols, int depth) {
    int m = Math.toIntExact(rows);
    return new GemmShape(batch, m, cols, depth, 1, m, 1, m, 1, 1, 1, Op.Padding.NONE);
  }

  static GemmShape conv(Shape x, Shape w, Shape y, int stride, Op.Padding padding) {
    return new GemmShape(
        1,
        Math.toIntExact(y.rows()),
        y.dim(3),
        x.dim(3),
        x.dim(1),
        x.dim(2),
        y.dim(1),
        y.dim(2),
        w.dim(2),
        w.dim(3),
        stride,
        padding);
  }

  /** True if row m of the result needs row m of x and no other. */
  boolean pointwise() {
    return taps() == 1 && stride == 1 && padding.equals(Op.Padding.NONE);
  }

  int taps() {
    return kernelHeight * kernelWidth;
  }

  /** Gives a kernel the arguments of a convolution's window, in the order of all gemm kernels. */
  void window(KernelCall k) {
    k.i(inHeight).i(inWidth).i(outHeight).i(outWidth);
    k.i(kernelHeight).i(kernelWidth).i(stride);
    k.i(padding.top()).i(padding.left());
  }

  /** What tuned values are stored under, for example {@code 512x64x64,3x3,s1}. */
  String key() {
    return (batch > 1 ? batch + "*" : "")
        + rows
        + "x"
        + cols
        + "x"
        + depth
        + (taps() > 1 ? "," + kernelHeight + "x" + kernelWidth : "")
        + (stride > 1 ? ",s" + stride : "");
  }
}
