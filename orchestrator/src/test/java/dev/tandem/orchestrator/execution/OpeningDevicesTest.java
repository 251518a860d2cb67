package dev.tandem.orchestrator.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.Executable;
import dev.tandem.devices.MemoryLimit;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Graph;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OpeningDevicesTest {
  private final Map<String, Fake> opened = new ConcurrentHashMap<>();

  private Device open(String id) {
    if (id.startsWith("bad")) {
      throw new DeviceException("no device '" + id + "'");
    }
    Fake device = new Fake(new CountDownLatch(1));
    opened.put(id, device);
    return device;
  }

  @Test
  void a_device_is_opened_once_and_belongs_to_who_asked_for_it() {
    Device first;
    try (OpeningDevices devices = OpeningDevices.begin(List.of("a"), this::open)) {
      first = devices.apply("a");
      assertThat(devices.apply("a")).as("a second one of that name").isNotSameAs(first);
    }
    assertThat(((Fake) first).closed.getCount()).isOne();
  }

  @Test
  void a_refusal_is_thrown_where_the_device_is_asked_for() {
    try (OpeningDevices devices = OpeningDevices.begin(List.of("bad", "b"), this::open)) {
      assertThatThrownBy(() -> devices.apply("bad"))
          .isExactlyInstanceOf(DeviceException.class)
          .hasMessage("no device 'bad'");
      assertThat(devices.apply("b")).isSameAs(opened.get("b"));
    }
  }

  @Test
  void what_nobody_asked_for_is_closed() throws InterruptedException {
    try (OpeningDevices devices = OpeningDevices.begin(List.of("a", "b"), this::open)) {
      devices.apply("b"); // a is open by then
    }
    opened.get("a").closed.await();
    assertThat(opened.get("b").closed.getCount()).isOne();
  }

  @Test
  void a_device_that_is_being_opened_is_closed_when_it_is_there() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch may = new CountDownLatch(1);
    OpeningDevices devices =
        OpeningDevices.begin(
            List.of("slow"),
            id -> {
              begun.countDown();
              awaitQuietly(may);
              return open(id);
            });
    begun.await();
    devices.close();
    assertThat(opened).isEmpty();
    may.countDown();
    while (opened.isEmpty()) {
      Thread.onSpinWait();
    }
    opened.get("slow").closed.await();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private record Fake(CountDownLatch closed) implements Device {
    @Override
    public DeviceInfo info() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Executable compile(Graph graph, Weights weights, CompileOptions options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Executable.MemoryUse estimate(Graph graph, CompileOptions options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public MemoryLimit memoryLimit() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }
}
