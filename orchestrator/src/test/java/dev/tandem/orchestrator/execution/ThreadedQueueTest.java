package dev.tandem.orchestrator.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tandem.orchestrator.execution.DeviceQueue.Label;
import dev.tandem.orchestrator.execution.DeviceQueue.Pending;
import dev.tandem.orchestrator.timeline.Timeline;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever happens on a device's thread, who waits for a call hears of it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ThreadedQueueTest {
  private static final Label LABEL = new Label(new Timeline(), "denoise", 0, 0);

  /** Cannot even be told of: as where there is no memory left to make a message. */
  private static final class Untellable extends Error {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new Untellable();
    }
  }

  private static ThreadedQueue queue() {
    return new ThreadedQueue("gpu", () -> {});
  }

  private static <R> Pending<R> call(ThreadedQueue queue, DeviceQueue.DeviceCall<R> call) {
    return queue.start(LABEL, () -> Long.MAX_VALUE / 4, call);
  }

  private static DeviceFault fault(Pending<?> pending) {
    return catchThrowableOfType(DeviceFault.class, pending::await);
  }

  @Test
  void anErrorIsTheCallersAndNoFaultOfTheDevice() throws Exception {
    StackOverflowError error = new StackOverflowError("planned");
    try (ThreadedQueue queue = queue()) {
      DeviceFault f =
          fault(
              call(
                  queue,
                  runner -> {
                    throw error;
                  }));
      assertThatThrownBy(f::rethrowUnlessOfDevice).isSameAs(error);
      assertThat(call(queue, runner -> "next").await()).isEqualTo("next");
    }
  }

  @Test
  void aFullHeapIsNoFaultOfTheDeviceButItsOwnMemoryIs() {
    DeviceFault heap = DeviceFault.of(new OutOfMemoryError("Java heap space"));
    DeviceFault buffers = DeviceFault.of(new OutOfMemoryError("Cannot reserve 5 bytes"));
    assertThatThrownBy(heap::rethrowUnlessOfDevice).isInstanceOf(OutOfMemoryError.class);
    assertThatCode(buffers::rethrowUnlessOfDevice).doesNotThrowAnyException();
    assertThat(buffers.kind()).isEqualTo(Incident.Kind.OUT_OF_MEMORY);
  }

  @Test
  void aThreadThatDiesFailsTheCallAtWorkAndThoseThatWait() {
    CountDownLatch waiting = new CountDownLatch(1);
    ThreadedQueue queue = queue();
    Pending<String> first =
        call(
            queue,
            runner -> {
              try {
                waiting.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              throw new Untellable();
            });
    Pending<String> second = call(queue, runner -> "never");
    waiting.countDown();
    assertThat(fault(first))
        .hasMessage("the thread of device 'gpu' died, perhaps for want of memory");
    assertThatThrownBy(fault(second)::rethrowUnlessOfDevice).isInstanceOf(Error.class);
    assertThatThrownBy(fault(call(queue, runner -> "too late"))::rethrowUnlessOfDevice)
        .isInstanceOf(Error.class);
    assertThat(queue.dead()).isTrue();
    queue.close();
  }

  @Test
  void aLimitThatCannotBeAskedFailsTheCall() {
    AssertionError error = new AssertionError("planned");
    try (ThreadedQueue queue = queue()) {
      Pending<String> p =
          queue.start(
              LABEL,
              () -> {
                throw error;
              },
              runner -> "never");
      assertThatThrownBy(fault(p)::rethrowUnlessOfDevice).isSameAs(error);
    }
  }
}
