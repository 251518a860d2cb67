package dev.tandem.kernels.cpu;

import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A weight as it is stored: in the file's own memory where several threads may read that, else in a
 * copy. It has rows, one for each extent of its first axis.
 */
final class Resting {
  private final Node weight;
  private final Pages pages;
  private final int rowSize;

  /** The weight, or the numbers and their scales; empty until it is filled. */
  private final List<Tensor> stored = new ArrayList<>();

  Resting(Node weight, Pages pages) {
    this.weight = weight;
    this.pages = pages;
    this.rowSize = Math.toIntExact(weight.shape().elements() / weight.shape().dim(0));
  }

  int rowSize() {
    return rowSize;
  }

  /** Bytes in which it is stored, as the graph says. */
  long bytes() {
    return parts().stream().mapToLong(Node::bytes).sum();
  }

  private List<Node> parts() {
    return weight.op() instanceof Op.Dequantize ? weight.inputs() : List.of(weight);
  }

  /** Finds what is stored, or copies it. */
  void fill(Weights weights, Memory memory) {
    for (Node part : parts()) {
      Tensor t = weights.get(part);
      stored.add(weights.concurrent() ? t : copy(t, memory));
    }
  }

  private static Tensor copy(Tensor t, Memory memory) {
    MemorySegment to = memory.allocateReserved(t.data().byteSize());
    MemorySegment.copy(t.data(), 0, to, 0, to.byteSize());
    return new Tensor(t.shape(), t.type(), to);
  }

  /** Writes a row as F32 to memory, from a place on in bytes. */
  void row(Unpacker unpacker, long r, MemorySegment to, long at) {
    if (weight.op() instanceof Op.Dequantize d) {
      unpacker.packed(d, stored.getFirst(), stored.getLast(), r, rowSize, to, at);
    } else {
      unpacker.real(stored.getFirst(), r, rowSize, to, at);
    }
  }

  /** Lets the file's memory go until it is read again. */
  void letGo() {
    for (Tensor t : stored) {
      pages.letGo(t.data());
    }
  }
}
