package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tandem.devices.ByteSize;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.DeviceException;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.request.VaeTiling;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.stages.quality.Psnr;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Memory limits of whole runs: known before they start, kept while they run. */
class MemoryLimitTest {
  private static final Pattern WOULD_FIT = Pattern.compile("a limit of (\\d+M)");
  private static final VaeTiling NEVER = new VaeTiling(VaeTiling.Mode.OFF, 0);
  private static final Request LARGE =
      Request.of("blue whale").withSteps(1).withSize(512, 512).withGuidance(1);

  @Test
  void aLargePictureIsDecodedInBandsUnderALimitThatRefusesItWhole() {
    String device = "cpu";
    Placement placement = Placement.on(device);
    RunOptions whole = RunOptions.DEFAULT.withTiling(NEVER);
    RequestException refused = refusal(LARGE, placement, whole.withMemoryLimit(device, 30 << 20));
    assertThat(refused)
        .hasMessageContaining("device '" + device + "' may use 30.0 MiB of memory")
        .hasMessageContaining("text encoder: ")
        .hasMessageContaining("U-Net for 64 x 64 latents: ")
        .hasMessageContaining("VAE for 64 x 64 latents: ");

    Matcher m = WOULD_FIT.matcher(refused.getMessage());
    assertThat(m.find()).isTrue();
    long enough = ByteSize.parse(m.group(1));
    Run untiled = Run.of(LARGE, placement, whole.withMemoryLimit(device, enough));
    assertThat(decodes(untiled)).isEqualTo(1);

    long less = enough - (20 << 20);
    assertThat(refusal(LARGE, placement, whole.withMemoryLimit(device, less)))
        .hasMessageContaining("VAE");
    Run bands = Run.of(LARGE, placement, RunOptions.DEFAULT.withMemoryLimit(device, less));
    assertThat(decodes(bands)).isGreaterThan(1);
    assertThat(Psnr.of(bands.rgb(), untiled.rgb())).as("PSNR, dB").isGreaterThan(75);
  }

  @Test
  void tilesAreChosenOnlyWhereTheyAreAllowed() {
    Placement decodes = Placement.of("opencl:0", "opencl:0", "cpu");
    RunOptions limited = RunOptions.DEFAULT.withMemoryLimit("cpu", 20 << 20);
    assertThat(refusal(LARGE, decodes, limited))
        .hasMessageContaining("VAE for 64 x 64 latents in bands of 8 rows: ")
        .hasMessageContaining("--allow approximate");
    Run tiled = Run.of(LARGE, decodes, limited.withApproximate(true));
    assertThat(decodes(tiled)).isGreaterThan(1);
    Run whole = Run.of(LARGE, decodes, RunOptions.DEFAULT);
    assertThat(Psnr.of(tiled.rgb(), whole.rgb())).as("PSNR, dB").isBetween(35.0, 70.0);
  }

  @Test
  void tilesOfAGivenSizeAreUsedWhereAsked() {
    RunOptions tiles = RunOptions.DEFAULT.withTiling(new VaeTiling(VaeTiling.Mode.ON, 12));
    Run run = Run.of(Request.of("apple").withSteps(1), Placement.on("cpu"), tiles);
    assertThat(decodes(run)).as("16 latents in tiles of 12: two each way").isEqualTo(4);
  }

  @Test
  void optionsOfDevicesThatDoNothingAreRefused() {
    RunOptions options = RunOptions.DEFAULT.withMemoryLimit("opencl:1", 1 << 20);
    assertThatThrownBy(() -> Run.of(LARGE, Placement.on("cpu"), options))
        .isInstanceOf(RequestException.class)
        .hasMessage("device 'opencl:1' has a memory limit, but no stage runs on it; used are: cpu");
  }

  @Test
  void halfPrecisionIsRefusedByADeviceThatHasNone() {
    RunOptions half = RunOptions.DEFAULT.withPrecision(Precision.F16);
    assertThatThrownBy(() -> Run.of(LARGE, Placement.on("cpu"), half))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("device 'cpu' stores F32 only, not F16");
  }

  private static long decodes(Run run) {
    return run.spans().stream()
        .filter(s -> s.kind() == Span.Kind.RUN && s.stage().equals("decode"))
        .count();
  }

  private static RequestException refusal(Request r, Placement p, RunOptions o) {
    RequestException e = catchThrowableOfType(RequestException.class, () -> Run.of(r, p, o));
    assertThat(e).as("a refusal before anything runs").isNotNull();
    return e;
  }
}
