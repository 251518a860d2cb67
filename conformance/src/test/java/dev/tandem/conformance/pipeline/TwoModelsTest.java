package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.DeviceSpec;
import dev.tandem.devices.Devices;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.engine.Threads;
import dev.tandem.orchestrator.execution.DevicePool;
import dev.tandem.orchestrator.execution.OpenRun;
import dev.tandem.orchestrator.execution.PictureHandle;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.request.VaeTiling;
import dev.tandem.orchestrator.result.GenerationListener;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two models on one device, at the same time. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TwoModelsTest {
  private static final String CPU = "cpu:a,threads=1";
  private static final long PLENTY = 4L << 30;

  /** Of the default model, which with streamed weights still needs 6.7 MiB. */
  private static final long TOO_LITTLE_FOR_ANY_FORM = 5 << 20;

  private static final int PICTURES = 6;
  private static final RunOptions UNTILED =
      RunOptions.DEFAULT.withTiling(new VaeTiling(VaeTiling.Mode.OFF, 0));

  @TempDir static Path folder;
  private static Path tiny;

  @BeforeAll
  static void makeModel() throws Exception {
    tiny = TinyModel.write(folder);
  }

  private static CountedDevice device(long memory) {
    return new CountedDevice(Devices.open(DeviceSpec.parse(CPU).withMemoryLimit(memory)));
  }

  private static Tandem open(Path model, DevicePool pool) {
    return Tandem.open(model, Placement.on(CPU), UNTILED, pool);
  }

  private static List<Request> requests(int side) {
    return IntStream.range(0, PICTURES)
        .mapToObj(i -> Request.of("apple " + i % 2).withSteps(2).withSize(side, side).withSeed(i))
        .toList();
  }

  private static final List<Request> OF_TINY = requests(32);
  private static final List<Request> OF_DEFAULT = requests(64);

  private static List<byte[]> pictures(Tandem tandem, List<Request> requests) {
    OpenRun run = tandem.start(GenerationListener.NONE);
    List<PictureHandle> handles = requests.stream().map(run::submit).toList();
    run.close();
    return handles.stream().map(h -> h.result().join().rgb()).toList();
  }

  /** What a model makes that has a device of its own, and the memory that it takes. */
  private record Alone(List<byte[]> pictures, long bytes) {
    static Alone of(Path model, List<Request> requests) {
      CountedDevice device = device(PLENTY);
      try (DevicePool pool = new DevicePool(id -> device, new Threads());
          Tandem tandem = open(model, pool)) {
        return new Alone(TwoModelsTest.pictures(tandem, requests), device.peakBytes());
      }
    }
  }

  /** Both models make their pictures at the same time. */
  private static void assertBothRight(CountedDevice device, Alone a, Alone b) {
    try (DevicePool pool = new DevicePool(id -> device, new Threads());
        Tandem first = open(tiny, pool);
        Tandem second = open(Run.MODEL, pool)) {
      OpenRun firstRun = first.start(GenerationListener.NONE);
      OpenRun secondRun = second.start(GenerationListener.NONE);
      List<PictureHandle> ofFirst = OF_TINY.stream().map(firstRun::submit).toList();
      List<PictureHandle> ofSecond = OF_DEFAULT.stream().map(secondRun::submit).toList();
      firstRun.close();
      secondRun.close();
      for (int i = 0; i < PICTURES; i++) {
        assertThat(ofFirst.get(i).result().join().rgb()).isEqualTo(a.pictures.get(i));
        assertThat(ofSecond.get(i).result().join().rgb()).isEqualTo(b.pictures.get(i));
      }
    }
    assertThat(device.openBytes()).isZero();
    assertThat(device.closed()).isTrue();
  }

  @Test
  void bothMakeTheirPicturesWithinOneBudget() {
    Alone a = Alone.of(tiny, OF_TINY);
    Alone b = Alone.of(Run.MODEL, OF_DEFAULT);
    CountedDevice large = device(PLENTY);
    assertBothRight(large, a, b);
    assertThat(large.peakBytes()).isGreaterThan(Math.max(a.bytes, b.bytes));

    long little = Math.max(a.bytes, b.bytes) + Math.min(a.bytes, b.bytes) / 2;
    assertThat(little).isLessThan(large.peakBytes());
    CountedDevice small = device(little);
    assertBothRight(small, a, b);
    assertThat(small.peakBytes()).isLessThanOrEqualTo(little);
  }

  @Test
  void aModelThatDoesNotFitIsRefusedWithTheNumbersAndTheOtherGoesOn() {
    Alone a = Alone.of(tiny, OF_TINY);
    Alone b = Alone.of(Run.MODEL, OF_DEFAULT);
    assertThat(a.bytes).isLessThan(b.bytes);
    CountedDevice device = device(TOO_LITTLE_FOR_ANY_FORM);
    try (DevicePool pool = new DevicePool(id -> device, new Threads());
        Tandem fits = open(tiny, pool);
        Tandem tooLarge = open(Run.MODEL, pool)) {
      assertThat(pictures(fits, OF_TINY)).containsExactlyElementsOf(a.pictures);
      OpenRun run = tooLarge.start(GenerationListener.NONE);
      assertThatThrownBy(() -> run.submit(OF_DEFAULT.getFirst()))
          .isInstanceOf(RequestException.class)
          .hasMessageContaining("device '" + CPU + "' may use ")
          .hasMessageContaining("but its stages need ")
          .hasMessageContaining("text encoder: ")
          .hasMessageContaining("U-Net for 8 x 8 latents")
          .hasMessageContaining("VAE for 8 x 8 latents");
      run.close();
      assertThat(pictures(fits, OF_TINY)).containsExactlyElementsOf(a.pictures);
    }
  }

  @Test
  void closingOneFreesWhatItHasCompiledAndNothingElse() {
    CountedDevice device = device(PLENTY);
    try (DevicePool pool = new DevicePool(id -> device, new Threads());
        Tandem stays = open(Run.MODEL, pool)) {
      List<byte[]> pictures = pictures(stays, OF_DEFAULT);
      int ofOne = device.open();
      long bytesOfOne = device.openBytes();
      try (Tandem goes = open(tiny, pool)) {
        assertThat(pictures(goes, OF_TINY)).hasSize(PICTURES);
        assertThat(device.open()).isGreaterThan(ofOne);
      }
      assertThat(device.open()).isEqualTo(ofOne);
      assertThat(device.openBytes()).isEqualTo(bytesOfOne);
      int compiled = pool.compiled();
      assertThat(pictures(stays, OF_DEFAULT)).containsExactlyElementsOf(pictures);
      assertThat(pool.compiled()).isEqualTo(compiled);
      assertThat(device.closed()).isFalse();
    }
    assertThat(device.open()).isZero();
  }

  /** Each opening has executables of its own, and closes no other's. */
  @Test
  void oneFolderOpenedTwiceMakesTheRightPicturesBothTimes() {
    Alone alone = Alone.of(Run.MODEL, OF_DEFAULT);
    CountedDevice device = device(PLENTY);
    try (DevicePool pool = new DevicePool(id -> device, new Threads());
        Tandem second = open(Run.MODEL, pool)) {
      OpenRun secondRun = second.start(GenerationListener.NONE);
      List<PictureHandle> ofSecond;
      try (Tandem first = open(Run.MODEL, pool)) {
        OpenRun firstRun = first.start(GenerationListener.NONE);
        List<PictureHandle> ofFirst = OF_DEFAULT.stream().map(firstRun::submit).toList();
        ofSecond = OF_DEFAULT.reversed().stream().map(secondRun::submit).toList();
        firstRun.close();
        for (int i = 0; i < PICTURES; i++) {
          assertThat(ofFirst.get(i).result().join().rgb()).isEqualTo(alone.pictures.get(i));
        }
      }
      secondRun.close();
      for (int i = 0; i < PICTURES; i++) {
        assertThat(ofSecond.reversed().get(i).result().join().rgb())
            .isEqualTo(alone.pictures.get(i));
      }
    }
    assertThat(device.openBytes()).isZero();
  }
}
