package dev.tandem.orchestrator.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tandem.orchestrator.timeline.Timeline;
import dev.tandem.stages.Runner;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever happens on a device's thread, who waits for a call hears of it, once. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeviceThreadTest {
  private static final Threads THREADS = new Threads();

  /** Cannot even be told of: as where there is no memory left to make a message. */
  private static final class Untellable extends Error {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new Untellable();
    }
  }

  private interface Work {
    void run() throws Exception;
  }

  private record Body(LongSupplier limit, Work work) implements CallQueue.Body {
    private Body(Work work) {
      this(() -> Long.MAX_VALUE / 4, work);
    }

    @Override
    public CallQueue.Label label() {
      return new CallQueue.Label(new Timeline(), "denoise", 0, 0);
    }

    @Override
    public long limitNs() {
      return limit.getAsLong();
    }

    @Override
    public void run(Runner runner) throws Exception {
      work.run();
    }
  }

  private static CallQueue queue() {
    return THREADS.queue("gpu", () -> {});
  }

  private static DeviceFault fault(CallQueue queue, Body body) {
    return catchThrowableOfType(DeviceFault.class, () -> SyncCall.run(THREADS, queue, body));
  }

  @Test
  void anErrorIsTheCallersAndNoFaultOfTheDevice() throws Exception {
    StackOverflowError error = new StackOverflowError("planned");
    try (CallQueue queue = queue()) {
      DeviceFault f =
          fault(
              queue,
              new Body(
                  () -> {
                    throw error;
                  }));
      assertThatThrownBy(f::rethrowUnlessOfDevice).isSameAs(error);
      assertThat(SyncCall.run(THREADS, queue, new Body(() -> {}))).isZero();
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
  void aThreadThatDiesFailsTheCallAtWorkAndThoseThatWait() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    CallQueue queue = queue();
    CompletableFuture<Optional<DeviceFault>> first = new CompletableFuture<>();
    CompletableFuture<Optional<DeviceFault>> second = new CompletableFuture<>();
    queue.start(
        new Body(
            () -> {
              waiting.await();
              throw new Untellable();
            }),
        (q, fault, ns) -> first.complete(fault));
    queue.start(new Body(() -> {}), (q, fault, ns) -> second.complete(fault));
    waiting.countDown();
    assertThat(first.get().orElseThrow())
        .hasMessage("the thread of device 'gpu' died, perhaps for want of memory");
    assertThatThrownBy(second.get().orElseThrow()::rethrowUnlessOfDevice).isInstanceOf(Error.class);
    assertThatThrownBy(fault(queue, new Body(() -> {}))::rethrowUnlessOfDevice)
        .isInstanceOf(Error.class);
    assertThat(queue.dead()).isTrue();
    queue.close();
  }

  @Test
  void aCallThatTakesTooLongIsGivenUpAndSoAreTheOthers() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CallQueue queue = queue();
    CompletableFuture<Optional<DeviceFault>> second = new CompletableFuture<>();
    CompletableFuture<DeviceFault> first = new CompletableFuture<>();
    queue.start(
        new Body(() -> 50_000_000, () -> awaitWhatever(release)),
        (q, fault, ns) -> first.complete(fault.orElseThrow()));
    queue.start(new Body(() -> {}), (q, fault, ns) -> second.complete(fault));
    assertThat(first.get().kind()).isEqualTo(Incident.Kind.HUNG);
    assertThat(first.get()).hasMessageContaining("did not answer within 50 ms");
    assertThat(second.get().orElseThrow().kind()).isEqualTo(Incident.Kind.HUNG);
    queue.close(); // does not wait for it
    release.countDown();
  }

  /** As a driver that does not heed interrupts. */
  private static void awaitWhatever(CountDownLatch release) {
    while (release.getCount() > 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aLimitThatCannotBeAskedFailsTheCall() {
    AssertionError error = new AssertionError("planned");
    try (CallQueue queue = queue()) {
      Body body =
          new Body(
              () -> {
                throw error;
              },
              () -> {});
      assertThatThrownBy(fault(queue, body)::rethrowUnlessOfDevice).isSameAs(error);
    }
  }
}
