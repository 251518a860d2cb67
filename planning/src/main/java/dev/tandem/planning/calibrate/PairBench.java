package dev.tandem.planning.calibrate;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Two stages on two devices, alone in turns and then both at once.
 *
 * @param first how many times as long the first takes while the second runs
 * @param second how many times as long the second takes while the first runs
 */
record PairBench(double first, double second) {
  private static final int ROUNDS = 2;

  /**
   * Measures.
   *
   * @param runs of each, in each round
   */
  static PairBench of(StageBench a, StageBench b, int runs) throws InterruptedException {
    List<Double> aloneA = new ArrayList<>();
    List<Double> aloneB = new ArrayList<>();
    List<Double> togetherA = new ArrayList<>();
    List<Double> togetherB = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < runs; i++) {
        aloneA.add(a.run().deviceNs());
        aloneB.add(b.run().deviceNs());
      }
      together(a, b, runs, togetherA, togetherB);
    }
    return new PairBench(slowdown(aloneA, togetherA), slowdown(aloneB, togetherB));
  }

  private static double slowdown(List<Double> alone, List<Double> together) {
    return Math.max(1, Statistics.of(together).median() / Statistics.of(alone).median());
  }

  /** Both run until both have run often enough; the first and last run of each are left out. */
  private static void together(
      StageBench a, StageBench b, int runs, List<Double> timesA, List<Double> timesB)
      throws InterruptedException {
    AtomicInteger notYet = new AtomicInteger(2);
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<List<Double>> first = threads.submit(() -> keepRunning(a, runs + 2, notYet));
      Future<List<Double>> second = threads.submit(() -> keepRunning(b, runs + 2, notYet));
      timesA.addAll(inner(first));
      timesB.addAll(inner(second));
    }
  }

  private static List<Double> keepRunning(StageBench stage, int runs, AtomicInteger notYet) {
    List<Double> times = new ArrayList<>();
    try {
      while (times.size() < runs || notYet.get() > 0) {
        times.add(stage.run().deviceNs());
        if (times.size() == runs) {
          notYet.decrementAndGet();
        }
      }
    } finally {
      if (times.size() < runs) {
        notYet.decrementAndGet(); // failed: the other one must not wait for it
      }
    }
    return times;
  }

  private static List<Double> inner(Future<List<Double>> times) throws InterruptedException {
    try {
      List<Double> all = times.get();
      return all.subList(1, all.size() - 1);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException("measuring two devices at once failed", e.getCause());
    }
  }
}
