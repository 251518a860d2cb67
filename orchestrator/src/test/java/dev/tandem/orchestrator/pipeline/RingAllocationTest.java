package dev.tandem.orchestrator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rings and entrances allocate nothing for a picture, even where threads have to wait. */
@Timeout(60)
class RingAllocationTest {
  private static final int WARM_UP = 20_000;
  private static final int TASKS = 5_000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private int sent;
  private final AtomicInteger received = new AtomicInteger();
  private volatile long consumerId;

  private static PipelineStage<String> stage() {
    return new PipelineStage<>() {
      @Override
      public String name() {
        return "stage";
      }

      @Override
      public String device() {
        return "test";
      }

      @Override
      public Visit begin(String task) {
        return () -> false;
      }
    };
  }

  @Test
  void handingOverAllocatesNothing() throws Exception {
    Junction<String> junction =
        new Junction<>(
            List.of(new Station<>(stage(), 1, Optional.empty())), Chooser.firstWithRoom());
    Entrance<String> entrance = new Entrance<>(junction, () -> false);
    Ring<String> ring =
        new Ring<>(
            1,
            slot -> {
              consumerId = Thread.currentThread().threadId();
              slot.clear();
              received.incrementAndGet();
              entrance.leave(0);
            });
    entrance.add(ring);
    Ring.Consumer consumer = ring.consumer("consumer", e -> {});
    consumer.start();
    send(entrance, WARM_UP);
    long mine = threads.getCurrentThreadAllocatedBytes();
    long its = threads.getThreadAllocatedBytes(consumerId);
    send(entrance, TASKS);
    its = threads.getThreadAllocatedBytes(consumerId) - its;
    mine = threads.getCurrentThreadAllocatedBytes() - mine;
    consumer.stop();
    // A byte for each task would be 5,000; the measurement itself may allocate some.
    assertThat(mine).as("bytes allocated by the producer").isLessThan(TASKS);
    assertThat(its).as("bytes allocated by the consumer").isLessThan(TASKS);
  }

  private void send(Entrance<String> entrance, int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      entrance.put(entrance.await("task"), "task", i);
      sent++;
      if (i % 4 == 0) { // the consumer falls asleep; between these, the producer waits for room
        awaitAll();
      }
    }
    awaitAll();
  }

  private void awaitAll() {
    while (received.get() != sent) {
      Thread.onSpinWait();
    }
  }
}
