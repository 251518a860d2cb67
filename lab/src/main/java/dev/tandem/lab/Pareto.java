package dev.tandem.lab;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The Pareto front: what nothing else beats in both cost and worth. */
final class Pareto {
  private Pareto() {}

  /**
   * The front, cheapest first.
   *
   * @param cost less is better
   * @param worth more is better
   */
  static <T> List<T> front(List<T> all, ToDoubleFunction<T> cost, ToDoubleFunction<T> worth) {
    List<T> byCost = new ArrayList<>(all);
    byCost.sort(
        Comparator.comparingDouble(cost)
            .thenComparing(Comparator.comparingDouble(worth).reversed()));
    List<T> front = new ArrayList<>();
    double best = Double.NEGATIVE_INFINITY;
    for (T candidate : byCost) {
      if (worth.applyAsDouble(candidate) > best) {
        front.add(candidate);
        best = worth.applyAsDouble(candidate);
      }
    }
    return front;
  }
}
