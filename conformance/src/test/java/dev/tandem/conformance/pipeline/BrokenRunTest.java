package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.engine.Threads;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.result.GenerationException;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.result.RunReport;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.orchestrator.wiring.Watchdog;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Real threads, and an error in each part of a run of a hundred thousand pictures: it ends at once,
 * the reason is that error, and every picture is accounted for.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BrokenRunTest {
  private static final int PICTURES = 100_000;
  private final Error planned = new StackOverflowError("planned");

  @TempDir static Path folder;
  private static Path model;

  @BeforeAll
  static void makeModel() throws Exception {
    model = TinyModel.write(folder);
  }

  enum Method {
    STEP,
    PICTURE,
    FAILURE,
    SPAN,
    WARNING
  }

  /** Throws in one method, late enough that pictures are on their way everywhere. */
  private final class Listener implements GenerationListener {
    private final Optional<Method> throwsIn;
    private final List<Throwable> causes = new ArrayList<>();
    private int told;

    private Listener(Optional<Method> throwsIn) {
      this.throwsIn = throwsIn;
    }

    private void at(Method here, int index) {
      if (throwsIn.filter(here::equals).isPresent() && index >= 5) {
        throw planned;
      }
    }

    @Override
    public void onStep(int index, int step, int steps) {
      at(Method.STEP, index);
    }

    @Override
    public void onPicture(Picture picture) throws Exception {
      told++;
      if (throwsIn.filter(Method.FAILURE::equals).isPresent()) {
        told--;
        throw new java.io.IOException("its own failure");
      }
      at(Method.PICTURE, picture.index());
    }

    @Override
    public void onFailure(int index, Request request, Throwable cause) {
      boolean toldBefore =
          throwsIn.filter(Method.PICTURE::equals).isPresent() && cause.equals(planned);
      told += toldBefore ? 0 : 1;
      causes.add(cause);
      at(Method.FAILURE, index);
    }

    @Override
    public void onSpan(Span span) {
      at(Method.SPAN, span.picture());
    }

    @Override
    public void onWarning(String text) {
      at(Method.WARNING, 5);
    }
  }

  private static final List<Request> REQUESTS =
      new AbstractList<>() {
        @Override
        public Request get(int i) {
          return Request.of("apple " + i).withSteps(2).withSize(32, 32).withSeed(i);
        }

        @Override
        public int size() {
          return PICTURES;
        }
      };

  /** Two devices, each with a lane of its own; all text on b, and each decodes for the other. */
  private static Placement twoLanes() {
    return Placement.of(List.of(Lane.of("b", "a", "b"), Lane.of("b", "b", "a")));
  }

  private static Tandem open(Placement placement, Function<String, Device> devices) {
    return Tandem.open(
        model, placement, RunOptions.DEFAULT, devices, new Threads(), Watchdog.DEFAULT);
  }

  private static Device cpu() {
    return Devices.open("cpu:a,threads=1");
  }

  private void assertBroken(RunReport report, Listener listener) {
    assertThat(report.brokenBy()).containsSame(planned);
    assertThat(report.done() + report.failed() + report.cancelled()).isEqualTo(PICTURES);
    assertThat(report.cancelled()).isGreaterThan(PICTURES / 2);
    assertThat(listener.told).as("those that were begun").isLessThan(1000);
    assertThat(listener.causes.stream().filter(c -> c.equals(planned)).count())
        .as("the reason, once")
        .isLessThanOrEqualTo(1);
    assertThatThrownBy(report::requireWhole)
        .isInstanceOf(GenerationException.class)
        .hasMessageContaining("planned");
  }

  @ParameterizedTest
  @CsvSource({"text,0", "text,3", "unet,0", "unet,9", "vae,0", "vae,6"})
  void anErrorOnADevicesThreadEndsTheRunOfAllLanes(String network, int first) {
    Listener listener = new Listener(Optional.empty());
    Function<String, Device> devices =
        id -> id.equals("a") ? cpu() : new ThrowingDevice(cpu(), network, first, planned);
    try (Tandem tandem = open(twoLanes(), devices)) {
      RunReport report = tandem.generateAll(REQUESTS, listener);
      assertBroken(report, listener);
      assertThat(report.incidents().count()).as("blamed on no device").isZero();
      assertThat(listener.causes)
          .allMatch(c -> c.equals(planned) || c instanceof CancellationException);
    }
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void aListenerThatThrowsEndsTheRun(Method method) {
    Listener listener = new Listener(Optional.of(method));
    List<Request> requests =
        method == Method.WARNING ? longPrompts() : REQUESTS; // those are cut off with a warning
    try (Tandem tandem = open(twoLanes(), id -> cpu())) {
      assertBroken(tandem.generateAll(requests, listener), listener);
    }
  }

  private static List<Request> longPrompts() {
    return new AbstractList<>() {
      @Override
      public Request get(int i) {
        return REQUESTS.get(i).withPrompt("a ".repeat(200) + i);
      }

      @Override
      public int size() {
        return PICTURES;
      }
    };
  }

  @Test
  void theThreadThatSubmitsNeedNotWaitForTheRest() {
    Listener listener = new Listener(Optional.empty());
    int[] asked = {0};
    List<Request> broken =
        new AbstractList<>() {
          @Override
          public Request get(int i) {
            if (i == 20 && asked[0]++ > 0) { // all are looked at once before the run
              throw planned;
            }
            return REQUESTS.get(i);
          }

          @Override
          public int size() {
            return PICTURES;
          }
        };
    try (Tandem tandem = open(Placement.on("a"), id -> cpu())) {
      assertBroken(tandem.generateAll(broken, listener), listener);
    }
  }

  @Test
  void aDeviceWhoseOwnMemoryIsFullEndsTheRunOnlyWhereNoOtherIsLeft() {
    Error full = new OutOfMemoryError("Cannot reserve 8 bytes of direct buffer memory");
    Function<String, Device> devices =
        id -> id.equals("a") ? cpu() : new ThrowingDevice(cpu(), "vae", 0, full);
    Listener listener = new Listener(Optional.empty());
    try (Tandem tandem = open(Placement.of("a", "a", "b"), devices)) {
      RunReport report = tandem.generateAll(REQUESTS.subList(0, 4), listener);
      assertThat(report.done()).isEqualTo(4);
      assertThat(report.incidents().first().getFirst().movedTo()).contains("a");
    }
    try (Tandem tandem = open(Placement.on("b"), devices)) {
      RunReport report = tandem.generateAll(REQUESTS, listener);
      assertThat(report.brokenBy()).containsSame(full);
    }
  }

  @Test
  void cancelledPicturesAreNoFailures() {
    try (Tandem tandem = open(Placement.on("a"), id -> cpu())) {
      GenerationListener cancels =
          new GenerationListener() {
            @Override
            public void onPicture(Picture picture) {
              tandem.cancel();
            }
          };
      RunReport report = tandem.generateAll(REQUESTS, cancels);
      assertThat(report.done()).isBetween(1, 50);
      assertThat(report.failed()).isZero();
      assertThat(report.done() + report.cancelled()).isEqualTo(PICTURES);
      assertThat(report.brokenBy()).isEmpty();
    }
  }
}
