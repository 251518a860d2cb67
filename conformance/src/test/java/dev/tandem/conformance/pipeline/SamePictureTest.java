package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.stages.quality.Psnr;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The same seed gives the same picture on every kind of device. */
class SamePictureTest {
  private static final double SAME_DB = 45;
  private static final double SAME_IN_F16_DB = 35;
  private static final Request REQUEST = Request.of("red apple, flat style").withSeed(11);

  @Test
  void allDevicesDrawWhatTheReferenceDeviceDraws() {
    Request few = REQUEST.withSteps(3);
    byte[] expected = Run.of(few, "reference").rgb();
    for (String device :
        List.of(
            "cpu", "opencl:0", "opencl:0,transfer=copied", "opencl:0.1", "opencl:0,family=gpu")) {
      assertThat(Psnr.of(Run.of(few, device).rgb(), expected))
          .as("PSNR of %s, dB", device)
          .isGreaterThan(SAME_DB);
    }
  }

  /** One step: Mesa makes machine code anew for each launch of a kernel. */
  @Test
  void mesaDrawsWhatTheReferenceDeviceDraws() {
    Request one = REQUEST.withSteps(1);
    byte[] expected = Run.of(one, "reference").rgb();
    assertThat(Psnr.of(Run.of(one, "opencl:rusticl").rgb(), expected)).isGreaterThan(SAME_DB);
  }

  @Test
  void openClAndOneDnnAgreeAfterTwentySteps() {
    byte[] onCpu = Run.of(REQUEST, "cpu").rgb();
    assertThat(Psnr.of(Run.of(REQUEST, "opencl:0").rgb(), onCpu)).isGreaterThan(SAME_DB);
    Placement openCl = Placement.on("opencl:0");
    RunOptions half = RunOptions.DEFAULT.withPrecision(Precision.F16);
    byte[] inHalf = Run.of(REQUEST, openCl, half).rgb();
    assertThat(Psnr.of(inHalf, onCpu))
        .as("F16 differs, but not visibly, dB")
        .isBetween(SAME_IN_F16_DB, 90.0);
  }

  @Test
  void devicesOfBothPrecisionsWorkTogether() {
    Request few = REQUEST.withSteps(3);
    Placement mixed = Placement.of("cpu", "opencl:0", "cpu");
    RunOptions half = RunOptions.DEFAULT.withPrecision("opencl:0", Precision.F16);
    byte[] mixedRgb = Run.of(few, mixed, half).rgb();
    assertThat(Psnr.of(mixedRgb, Run.of(few, "cpu").rgb())).isBetween(SAME_IN_F16_DB, 90.0);
  }
}
