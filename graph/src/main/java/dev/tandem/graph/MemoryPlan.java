package dev.tandem.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Where each activation of a graph lies in one arena. Values whose lives do not overlap share
 * memory; the size is known before anything runs.
 *
 * <p>Inputs and outputs keep their memory for the whole run and between runs, so that a caller may
 * leave an input untouched and read an output at any time. Weights are not in the arena. Greedy by
 * size: the largest value first, at the lowest offset that is free over its whole life (Pisarchyk
 * and Lee 2020, "Efficient memory management for deep neural net inference").
 */
public final class MemoryPlan {
  private final long[] offsets;
  private final int[] firsts;
  private final int[] lasts;
  private final long arenaBytes;
  private final long peakLiveBytes;

  private MemoryPlan(long[] offsets, int[] firsts, int[] lasts, long arenaBytes, long peak) {
    this.offsets = offsets;
    this.firsts = firsts;
    this.lasts = lasts;
    this.arenaBytes = arenaBytes;
    this.peakLiveBytes = peak;
  }

  /** Plans with element sizes as the graph states them. */
  public static MemoryPlan of(Graph g, int alignment) {
    return of(g, alignment, Node::bytes);
  }

  /**
   * Plans an arena.
   *
   * @param alignment of every offset, bytes; a power of two
   * @param size bytes a device needs for a node's value (it may store F16)
   */
  public static MemoryPlan of(Graph g, int alignment, ToLongFunction<Node> size) {
    return of(g, alignment, size, Map.of());
  }

  /**
   * Plans an arena.
   *
   * @param computedWith nodes that a device computes together with a later one, which is all that
   *     reads them: their operands live until then, and they need no memory themselves
   */
  public static MemoryPlan of(
      Graph g, int alignment, ToLongFunction<Node> size, Map<Node, Node> computedWith) {
    if (Integer.bitCount(alignment) != 1) {
      throw new IllegalArgumentException("alignment " + alignment + " is not a power of two");
    }
    int n = g.nodes().size();
    int[] first = new int[n];
    int[] last = new int[n];
    Arrays.fill(first, -1);
    for (Node node : g.nodes()) {
      int root = storage(node).id();
      if (!node.isView()) {
        first[root] = node.isInput() ? 0 : node.id();
        last[root] = node.isInput() ? n : node.id();
      }
      Node reader = node;
      while (computedWith.containsKey(reader)) {
        reader = computedWith.get(reader);
      }
      for (Node in : node.inputs()) {
        int r = storage(in).id();
        last[r] = Math.max(last[r], reader.id());
      }
    }
    for (Node out : g.outputs().values()) {
      int root = storage(out).id();
      first[root] = 0;
      last[root] = n;
    }
    List<Node> stored =
        new ArrayList<>(g.nodes().stream().filter(x -> !x.isConstant() && !x.isView()).toList());
    long[] bytes = new long[n];
    for (Node s : stored) {
      long needed = computedWith.containsKey(s) ? 0 : size.applyAsLong(s);
      bytes[s.id()] = (needed + alignment - 1) & -alignment;
    }
    long[] offset = new long[n];
    long arena = place(stored, bytes, first, last, offset);
    long peak = peak(n, stored, bytes, first, last);
    for (Node node : g.nodes()) {
      if (node.isView()) {
        offset[node.id()] = offset[storage(node).id()];
      }
      if (storage(node).isConstant()) {
        offset[node.id()] = -1;
      }
    }
    return new MemoryPlan(offset, first, last, arena, peak);
  }

  private static long place(
      List<Node> stored, long[] bytes, int[] first, int[] last, long[] offset) {
    stored.sort(Comparator.comparingLong((Node s) -> -bytes[s.id()]).thenComparingInt(Node::id));
    List<Integer> placed = new ArrayList<>();
    long arena = 0;
    for (Node s : stored) {
      int id = s.id();
      long at = 0;
      for (int p : placed) { // ordered by offset
        if (first[p] > last[id] || last[p] < first[id]) {
          continue;
        }
        if (at + bytes[id] <= offset[p]) {
          break;
        }
        at = Math.max(at, offset[p] + bytes[p]);
      }
      offset[id] = at;
      int where = 0;
      while (where < placed.size() && offset[placed.get(where)] <= at) {
        where++;
      }
      placed.add(where, id);
      arena = Math.max(arena, at + bytes[id]);
    }
    return arena;
  }

  private static long peak(int n, List<Node> stored, long[] bytes, int[] first, int[] last) {
    long[] live = new long[n + 2];
    for (Node s : stored) {
      live[first[s.id()]] += bytes[s.id()];
      live[last[s.id()] + 1] -= bytes[s.id()];
    }
    long peak = 0;
    long now = 0;
    for (long d : live) {
      now += d;
      peak = Math.max(peak, now);
    }
    return peak;
  }

  /** The node that owns a value's memory: the node itself, or what a chain of views looks at. */
  public static Node storage(Node n) {
    Node s = n;
    while (s.isView()) {
      s = s.input(0);
    }
    return s;
  }

  /**
   * Offset of a node's value in the arena, bytes.
   *
   * @throws IllegalArgumentException for a weight, which is not in the arena
   */
  public long offset(Node n) {
    long o = offsets[n.id()];
    if (o < 0) {
      throw new IllegalArgumentException("weight '" + n.name() + "' is not in the arena");
    }
    return o;
  }

  /** True if the two values are alive at one time (they must then not share memory). */
  public boolean overlap(Node a, Node b) {
    int x = storage(a).id();
    int y = storage(b).id();
    return firsts[x] <= lasts[y] && firsts[y] <= lasts[x];
  }

  /** Size of the arena, bytes. */
  public long arenaBytes() {
    return arenaBytes;
  }

  /** Largest sum of live values at any node, bytes: no plan can need less. */
  public long peakLiveBytes() {
    return peakLiveBytes;
  }
}
