package dev.tandem.orchestrator.execution;

import dev.tandem.devices.Device;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * Devices that a thread opens, one after another, while another thread reads the model. Who asks
 * for a device waits for it and owns it from then on; what it was refused with is thrown there. The
 * devices that nobody asked for are closed.
 */
public final class OpeningDevices implements Function<String, Device>, AutoCloseable {
  private final Function<String, Device> opener;
  private final Map<String, CompletableFuture<Device>> opening = new LinkedHashMap<>();
  private volatile boolean closed;

  private OpeningDevices(Function<String, Device> opener) {
    this.opener = opener;
  }

  /**
   * Begins to open devices.
   *
   * @param opener opens a device by its name, also one that is asked for and not among {@code ids}
   */
  public static OpeningDevices begin(Collection<String> ids, Function<String, Device> opener) {
    OpeningDevices devices = new OpeningDevices(opener);
    ids.forEach(id -> devices.opening.put(id, new CompletableFuture<>()));
    Map<String, CompletableFuture<Device>> all = Map.copyOf(devices.opening);
    Thread.ofPlatform()
        .daemon()
        .name("tandem-open")
        .start(() -> ids.forEach(id -> devices.open(id, all.get(id))));
    return devices;
  }

  private void open(String id, CompletableFuture<Device> to) {
    if (closed) {
      return;
    }
    try {
      to.complete(opener.apply(id));
    } catch (Throwable e) { // whatever a driver throws is for whoever asks for the device
      to.completeExceptionally(e);
    }
  }

  @Override
  public Device apply(String id) {
    CompletableFuture<Device> begun = opening.remove(id);
    if (begun == null) {
      return opener.apply(id);
    }
    try {
      return begun.join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        default -> throw e;
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    for (CompletableFuture<Device> device : opening.values()) {
      var _ = device.thenAccept(Device::close);
    }
    opening.clear();
  }
}
