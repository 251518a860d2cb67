package dev.tandem.kernels.cpu;

import dev.tandem.devices.CompileOptions.WeightMemory;
import dev.tandem.graph.Graph;
import dev.tandem.graph.MemoryPlan;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which operations have their weights laid for speed when a graph is compiled, and for which they
 * rest as they are stored, to be unpacked each time.
 *
 * @param resting operations whose operand 1 rests
 * @param winograd convolutions whose weights are laid in the Winograd domain
 * @param stream whether what was unpacked is let go
 */
record Residence(Set<Node> resting, Map<Node, WinogradTiles> winograd, boolean stream) {

  /**
   * Decides for a graph.
   *
   * <p>Automatically all is laid for speed where that takes no more than {@code room}; else only
   * the Winograd convolutions of the most tiles, which gain most by a byte, as many as find room.
   * What was packed to take less memory rests.
   *
   * @param threads that share an operation out
   * @param winogradExtra by how much Winograd weights may be larger than others, bytes
   * @param room for weights that are laid for speed automatically, bytes
   */
  static Residence of(Graph g, WeightMemory memory, int threads, long winogradExtra, long room) {
    Set<Node> all = new HashSet<>();
    Set<Node> packed = new HashSet<>();
    long bytes = 0;
    for (Node n : g.nodes()) {
      if (canRest(n)) {
        all.add(n);
        bytes += Float.BYTES * n.input(1).shape().elements();
        if (n.input(1).op() instanceof Op.Dequantize) {
          packed.add(n);
        }
      }
    }
    if (memory == WeightMemory.REST || memory == WeightMemory.STREAM) {
      return new Residence(all, Map.of(), memory == WeightMemory.STREAM);
    }
    Map<Node, WinogradTiles> winograd =
        WinogradChoice.of(g, threads, winogradExtra, WinogradTiles::extraBytes);
    if (memory == WeightMemory.SPEED) {
      return new Residence(Set.of(), winograd, false);
    }
    winograd.keySet().removeAll(packed);
    bytes += winograd.values().stream().mapToLong(WinogradTiles::extraBytes).sum();
    if (bytes <= room) {
      return new Residence(packed, winograd, false);
    }
    Map<Node, WinogradTiles> some =
        WinogradChoice.of(
            g, threads, Math.min(room, winogradExtra), t -> t.kernelFloats() * Float.BYTES);
    some.keySet().removeAll(packed);
    all.removeAll(some.keySet());
    return new Residence(all, some, false);
  }

  private static boolean canRest(Node n) {
    return switch (n.op()) {
      case Op.Conv2d _, Op.Linear _, Op.GegluLinear _, Op.Embedding _ ->
          MemoryPlan.storage(n.input(1)).isConstant() && !n.input(1).isView();
      default -> false;
    };
  }
}
