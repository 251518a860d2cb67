package dev.tandem.kernels.cpu;

import dev.tandem.devices.DeviceException;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Operations that move values or make them from few numbers. */
final class Movement {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;
  private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT;

  private Movement() {}

  static List<Kernel> concat(Lowering low, Node n, Op.Concat c) {
    Primitives p = low.primitives();
    long outer = 1;
    for (int i = 0; i < c.axis(); i++) {
      outer *= n.shape().dim(i);
    }
    long first = p.layout(outer, n.input(0).shape().elements() / outer);
    long second = p.layout(outer, n.input(1).shape().elements() / outer);
    long result = p.layout(outer, n.shape().elements() / outer);
    long attributes = p.lib().attributes();
    long descriptor = p.lib().concat(p.engine(), result, 1, new long[] {first, second}, attributes);
    p.lib().destroy(OneDnn.Kind.ATTRIBUTES, attributes);
    return List.of(
        p.call(descriptor)
            .arg(OneDnn.ARG_MULTIPLE_SRC, first, low.place(n.input(0)))
            .arg(OneDnn.ARG_MULTIPLE_SRC + 1, second, low.place(n.input(1)))
            .arg(OneDnn.ARG_DST, result, low.place(n))
            .build());
  }

  /** oneDNN rounds to the nearest pixel centre: the same pixel only for whole factors. */
  static List<Kernel> upsample(Lowering low, Node n) {
    Shape in = n.input(0).shape();
    Shape out = n.shape();
    if (out.dim(1) % in.dim(1) != 0 || out.dim(2) % in.dim(2) != 0) {
      return List.of(copyPixels(low.memory(n.input(0)), in, low.memory(n), out));
    }
    Primitives p = low.primitives();
    long src = p.picture(in);
    long dst = p.picture(out);
    long attributes = p.lib().attributes();
    long descriptor = p.lib().resampling(p.engine(), src, dst, attributes);
    p.lib().destroy(OneDnn.Kind.ATTRIBUTES, attributes);
    return List.of(
        p.call(descriptor)
            .arg(OneDnn.ARG_SRC, src, low.place(n.input(0)))
            .arg(OneDnn.ARG_DST, dst, low.place(n))
            .build());
  }

  private static Kernel copyPixels(MemorySegment x, Shape in, MemorySegment y, Shape out) {
    long pixel = (long) in.dim(3) * Float.BYTES;
    return () -> {
      long to = 0;
      for (int b = 0; b < out.dim(0); b++) {
        for (int i = 0; i < out.dim(1); i++) {
          long row = (long) b * in.dim(1) + (long) i * in.dim(1) / out.dim(1);
          for (int j = 0; j < out.dim(2); j++) {
            long from = row * in.dim(2) + (long) j * in.dim(2) / out.dim(2);
            MemorySegment.copy(x, from * pixel, y, to, pixel);
            to += pixel;
          }
        }
      }
    };
  }

  static List<Kernel> embedding(Lowering low, Node n) {
    MemorySegment ids = low.memory(n.input(0));
    MemorySegment y = low.memory(n);
    RowCopy copy = rows(low, n, y);
    int rows = n.input(1).shape().dim(0);
    long bytes = (long) n.shape().dim(-1) * Float.BYTES;
    long count = n.shape().rows();
    return List.of(
        () -> {
          for (long i = 0; i < count; i++) {
            int id = ids.getAtIndex(I32, i);
            checkIndex(n, "row", id, rows);
            copy.copy(id, i * bytes);
          }
        });
  }

  /** Copies a row of a table to a place in bytes. */
  private interface RowCopy {
    void copy(int row, long to);
  }

  private static RowCopy rows(Lowering low, Node n, MemorySegment y) {
    if (low.residence().resting().contains(n)) {
      Resting table = low.weights().resting(n.input(1));
      Unpacker unpacker = new Unpacker();
      return (row, to) -> table.row(unpacker, row, y, to);
    }
    MemorySegment table = low.memory(n.input(1));
    long bytes = (long) n.shape().dim(-1) * Float.BYTES;
    return (row, to) -> MemorySegment.copy(table, row * bytes, y, to, bytes);
  }

  static List<Kernel> gatherRows(Lowering low, Node n) {
    MemorySegment x = low.memory(n.input(0));
    MemorySegment index = low.memory(n.input(1));
    MemorySegment y = low.memory(n);
    int tokens = n.input(0).shape().dim(1);
    long bytes = (long) n.shape().dim(-1) * Float.BYTES;
    int batch = n.shape().dim(0);
    return List.of(
        () -> {
          for (int b = 0; b < batch; b++) {
            int token = index.getAtIndex(I32, b);
            checkIndex(n, "token", token, tokens);
            MemorySegment.copy(x, ((long) b * tokens + token) * bytes, y, b * bytes, bytes);
          }
        });
  }

  private static void checkIndex(Node n, String what, int index, int size) {
    if (index < 0 || index >= size) {
      throw new DeviceException(
          n.op().kind()
              + " '"
              + n.name()
              + "': "
              + what
              + " "
              + index
              + " is outside 0 to "
              + (size - 1));
    }
  }

  static List<Kernel> timestepEmbedding(Lowering low, Node n, Op.TimestepEmbedding t) {
    int half = t.dim() / 2;
    float[] frequencies = new float[half];
    for (int i = 0; i < half; i++) {
      frequencies[i] = (float) Math.exp(-Math.log(10000) * i / (half - t.freqShift()));
    }
    MemorySegment x = low.memory(n.input(0));
    MemorySegment y = low.memory(n);
    int batch = n.shape().dim(0);
    int sines = t.flipSinToCos() ? half : 0;
    int cosines = half - sines;
    return List.of(
        () -> {
          for (int b = 0; b < batch; b++) {
            long row = (long) b * 2 * half;
            float time = x.getAtIndex(F32, b);
            for (int i = 0; i < half; i++) {
              float angle = time * frequencies[i];
              y.setAtIndex(F32, row + sines + i, (float) Math.sin(angle));
              y.setAtIndex(F32, row + cosines + i, (float) Math.cos(angle));
            }
          }
        });
  }
}
