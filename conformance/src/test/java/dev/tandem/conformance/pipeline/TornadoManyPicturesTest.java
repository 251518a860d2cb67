package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.conformance.TornadoSpecs;
import dev.tandem.devices.Devices;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.engine.Threads;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.result.RunReport;
import dev.tandem.orchestrator.wiring.Watchdog;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A long run of a tiny model on a device of TornadoVM: no memory that grows. */
@Tag(TornadoSpecs.TAG)
class TornadoManyPicturesTest {
  private static final int PICTURES = 200;
  private static final int EARLY = 60;

  /** A leak of one latent or picture (12 KB) in each would show. */
  private static final long MOST_BYTES_A_PICTURE = 8000;

  @ParameterizedTest
  @MethodSource("dev.tandem.conformance.TornadoSpecs#first")
  void twoHundredPicturesNeedNoMoreMemoryThanSixty(String spec, @TempDir Path folder)
      throws IOException {
    CountedDevice device = new CountedDevice(Devices.open(spec));
    Watch watch = new Watch(device);
    try (Tandem tandem =
        Tandem.open(
            TinyModel.write(folder),
            Placement.on(spec),
            RunOptions.DEFAULT,
            _ -> device,
            new Threads(),
            Watchdog.DEFAULT)) {
      RunReport report = tandem.generateAll(ManyPicturesTest.requests(PICTURES), watch);
      assertThat(report.done()).isEqualTo(PICTURES);
      assertThat(report.incidents().count()).isZero();
    }
    assertThat(watch.late.heap - watch.early.heap)
        .as("heap, bytes")
        .isLessThan(MOST_BYTES_A_PICTURE * (PICTURES - EARLY));
    assertThat(watch.late.resident - watch.early.resident)
        .as("resident memory, bytes")
        .isLessThan(MOST_BYTES_A_PICTURE * (PICTURES - EARLY));
    assertThat(watch.late.device).as("memory of the device, bytes").isEqualTo(watch.early.device);
    assertThat(device.openBytes()).isZero();
  }

  private record Memory(long heap, long resident, long device) {}

  private static final class Watch implements GenerationListener {
    private final CountedDevice device;
    private Memory early;
    private Memory late;

    private Watch(CountedDevice device) {
      this.device = device;
    }

    @Override
    public void onPicture(Picture picture) {
      if (picture.index() == EARLY - 1) {
        early = now();
      } else if (picture.index() == PICTURES - 1) {
        late = now();
      }
    }

    private Memory now() {
      return new Memory(
          ManyPicturesTest.usedAfterCollection(),
          ManyPicturesTest.nativeBytes(),
          device.openBytes());
    }
  }
}
