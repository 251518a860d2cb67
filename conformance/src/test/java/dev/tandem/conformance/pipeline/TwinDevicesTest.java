package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tandem.devices.ByteSize;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.ForwardingDevice;
import dev.tandem.devices.MemoryLimit;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.engine.Threads;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.wiring.Watchdog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One piece of hardware through two drivers: its memory is there once. */
class TwinDevicesTest {
  private static final Placement ONE = Placement.on("a");
  private static final Placement BOTH = Placement.of("a", "b", "a");
  private static final Pattern WOULD_FIT = Pattern.compile("a limit of (\\d+)M");

  @TempDir Path folder;
  private Path model;

  @BeforeEach
  void makeModel() throws IOException {
    model = TinyModel.write(folder);
  }

  private long done(Placement placement, long memory, Optional<String> hardware) {
    try (Tandem tandem =
        Tandem.open(
            model,
            placement,
            RunOptions.DEFAULT,
            _ -> new Seen(Devices.open("reference"), MemoryLimit.of(memory), hardware),
            new Threads(),
            Watchdog.DEFAULT)) {
      Request large = Request.of("a").withSteps(1).withSize(64, 64);
      return tandem.generateAll(List.of(large), GenerationListener.NONE).done();
    }
  }

  private RequestException refusal(Placement placement, long memory, Optional<String> hardware) {
    RequestException e =
        catchThrowableOfType(RequestException.class, () -> done(placement, memory, hardware));
    assertThat(e).as("a refusal").isNotNull();
    return e;
  }

  @Test
  void whatOneCannotHoldTwoOfTheSameHardwareCannotEither() {
    Optional<String> gpu = Optional.of("uuid 1");
    Matcher m = WOULD_FIT.matcher(refusal(ONE, 1 << 20, gpu).getMessage());
    assertThat(m.find()).isTrue();
    long enoughForOne = ByteSize.parse(m.group(1) + "M");
    assertThat(done(ONE, enoughForOne, gpu)).as("one stage at a time").isEqualTo(1);
    assertThat(done(BOTH, enoughForOne, Optional.empty())).isEqualTo(1);
    assertThat(refusal(BOTH, enoughForOne, gpu))
        .hasMessageContaining("devices 'a' and 'b' share memory");
  }

  /** A device that says on which hardware it is and has so much memory. */
  private static final class Seen extends ForwardingDevice {
    private final MemoryLimit limit;
    private final Optional<String> hardware;

    private Seen(Device device, MemoryLimit limit, Optional<String> hardware) {
      super(device);
      this.limit = limit;
      this.hardware = hardware;
    }

    @Override
    public Optional<String> hardware() {
      return hardware;
    }

    @Override
    public MemoryLimit memoryLimit() {
      return limit;
    }
  }
}
