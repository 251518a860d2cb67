package dev.tandem.kernels.opencl.tuning;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A few combinations instead of all. */
public final class Covering {
  private record Pair(String a, int valueOfA, String b, int valueOfB) {}

  private Covering() {}

  /**
   * Combinations in which every two values that occur together in some candidate occur together:
   * the greedy choice of whichever has most pairs that are still missing.
   */
  public static List<Map<String, Integer>> pairs(List<Map<String, Integer>> candidates) {
    Set<Pair> missing = new HashSet<>();
    candidates.forEach(c -> missing.addAll(pairs(c)));
    List<Map<String, Integer>> chosen = new ArrayList<>();
    while (!missing.isEmpty()) {
      Map<String, Integer> best = Map.of();
      long most = 0;
      for (Map<String, Integer> c : candidates) {
        long covers = pairs(c).stream().filter(missing::contains).count();
        if (covers > most) {
          most = covers;
          best = c;
        }
      }
      chosen.add(best);
      missing.removeAll(pairs(best));
    }
    return chosen;
  }

  /** Every pair of values; a combination of one value is a pair with itself. */
  private static Set<Pair> pairs(Map<String, Integer> c) {
    Set<Pair> all = new HashSet<>();
    c.forEach(
        (a, x) ->
            c.forEach(
                (b, y) -> {
                  if (a.compareTo(b) < 0 || c.size() == 1) {
                    all.add(new Pair(a, x, b, y));
                  }
                }));
    return all;
  }
}
