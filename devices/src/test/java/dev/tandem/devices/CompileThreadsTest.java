package dev.tandem.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CompileThreadsTest {
  @Test
  void resultsAreThoseOfTheirTasks() {
    try (CompileThreads threads = new CompileThreads("a graph")) {
      List<Supplier<Integer>> results = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        int n = i;
        results.add(threads.begin(() -> n * n));
      }
      for (int i = 0; i < 100; i++) {
        assertThat(results.get(i).get()).isEqualTo(i * i);
        assertThat(results.get(i).get()).as("asked again").isEqualTo(i * i);
      }
    }
  }

  @Test
  void whatATaskThrowsIsThrownWhereItsResultIsAskedFor() {
    try (CompileThreads threads = new CompileThreads("a graph")) {
      Supplier<Integer> failing =
          threads.begin(
              () -> {
                throw new WeightException("weight 'w' is missing");
              });
      assertThat(threads.begin(() -> 1).get()).isOne();
      assertThatThrownBy(failing::get)
          .isExactlyInstanceOf(WeightException.class)
          .hasMessage("weight 'w' is missing");
    }
  }

  @Test
  void closingDropsWhatHasNotBegunAndWaitsForTheRest() throws InterruptedException {
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    CountDownLatch first = new CountDownLatch(1);
    int tasks = 10_000;
    try (CompileThreads threads = new CompileThreads("a graph")) {
      for (int i = 0; i < tasks; i++) {
        threads.begin(
            () -> {
              begun.incrementAndGet();
              first.countDown();
              long until = System.nanoTime() + 2_000_000;
              while (System.nanoTime() < until) {
                Thread.onSpinWait();
              }
              return ended.incrementAndGet();
            });
      }
      first.await();
    }
    assertThat(ended.get()).isEqualTo(begun.get()).isLessThan(tasks);
  }
}
