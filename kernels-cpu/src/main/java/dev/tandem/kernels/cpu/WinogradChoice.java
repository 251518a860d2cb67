package dev.tandem.kernels.cpu;

import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Which convolutions of a graph are computed in the Winograd domain. */
final class WinogradChoice {
  private WinogradChoice() {}

  /**
   * Those that gain by it, as long as there is memory for their larger kernels: first those of many
   * tiles, for what is gained by a byte grows with them.
   *
   * @param threads that share each one out
   * @param memory for the kernels of all together, bytes
   * @param bytes what one takes of it
   */
  static Map<Node, WinogradTiles> of(
      Graph g, int threads, long memory, ToLongFunction<WinogradTiles> bytes) {
    Map<Node, WinogradTiles> suiting = new LinkedHashMap<>();
    for (Node n : g.nodes()) {
      if (n.op() instanceof Op.Conv2d c) {
        WinogradTiles.suiting(n, c, threads).ifPresent(t -> suiting.put(n, t));
      }
    }
    Map<Node, WinogradTiles> chosen = new HashMap<>();
    long[] room = {memory};
    suiting.entrySet().stream()
        .sorted(Comparator.comparingInt(e -> -e.getValue().count()))
        .forEach(
            e -> {
              long taken = bytes.applyAsLong(e.getValue());
              if (taken <= room[0]) {
                room[0] -= taken;
                chosen.put(e.getKey(), e.getValue());
              }
            });
    return chosen;
  }
}
