package dev.tandem.kernels.opencl.tuning;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Walks through a space: small ones whole; large ones at random for a while, then from neighbour to
 * neighbour of the best, again at random where no neighbour is left, until all were tried. What won
 * for other shapes comes first. The same seed and times give the same walk.
 */
public final class Search {
  /** Spaces up to this size are walked whole, in random order. */
  static final int SMALL = 24;

  private static final int RANDOM_FIRST = 10;

  private final Space space;
  private final Limits limits;
  private final Deque<Map<String, Integer>> hints = new ArrayDeque<>();
  private final List<Map<String, Integer>> shuffled;
  private final boolean small;
  private final Set<Map<String, Integer>> tried = new HashSet<>();
  private Map<String, Integer> best;
  private int randomTried;

  /**
   * A walk.
   *
   * @param candidates what may be tried; see {@link Space#candidates}
   * @param start the values in use, which are not tried again
   * @param hints tried first
   */
  public Search(
      Space space,
      Limits limits,
      List<Map<String, Integer>> candidates,
      Map<String, Integer> start,
      List<Map<String, Integer>> hints,
      long seed) {
    this.space = space;
    this.limits = limits;
    this.shuffled = new ArrayList<>(candidates);
    Collections.shuffle(shuffled, new Random(seed));
    this.small = candidates.size() <= SMALL;
    Set<Map<String, Integer>> possible = new HashSet<>(candidates);
    hints.stream().filter(possible::contains).forEach(this.hints::add);
    this.best = start;
    tried.add(start);
  }

  /** The next combination to try; nothing if all were tried. */
  public Optional<Map<String, Integer>> next() {
    while (!hints.isEmpty()) {
      Map<String, Integer> hint = hints.poll();
      if (tried.add(hint)) {
        return Optional.of(hint);
      }
    }
    if (!small && randomTried >= RANDOM_FIRST) {
      for (Map<String, Integer> n : space.neighbours(best, limits)) {
        if (shuffled.contains(n) && tried.add(n)) {
          return Optional.of(n);
        }
      }
    }
    randomTried++;
    for (Map<String, Integer> c : shuffled) {
      if (tried.add(c)) {
        return Optional.of(c);
      }
    }
    return Optional.empty();
  }

  /** The combination last given is the best so far. */
  public void better(Map<String, Integer> combination) {
    best = combination;
  }
}
