package dev.tandem.conformance.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.profile.DeviceProfile;
import dev.tandem.devices.profile.Profile;
import dev.tandem.devices.profile.ProfileFile;
import dev.tandem.devices.profile.TunableEntry;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.planning.Planner;
import dev.tandem.planning.calibrate.Calibration;
import dev.tandem.planning.calibrate.Measurements;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calibration of real devices, as short as it can be. */
class CalibrationTest {
  private static final Path MODEL = Path.of(System.getProperty("tandem.root"), "models/default");
  private static final List<String> DEVICES = List.of("cpu:a,threads=1", "cpu:b,threads=1");

  @TempDir Path folder;

  @Test
  void whatIsMeasuredCanBePlannedWith() throws Exception {
    Measurements m =
        new Calibration(
                MODEL, RunOptions.DEFAULT, new Calibration.Effort(List.of(), 1, 1), line -> {})
            .measure(DEVICES);
    Path file = folder.resolve("profile.json");
    Optional<String> any = Optional.empty();
    TunableEntry tuned =
        new TunableEntry("k", any, any, any, Optional.empty(), any, any, Map.of("A", 1));
    ProfileFile.save(file, Calibration.blank().withTunables(List.of(tuned)));
    ProfileFile.update(file, Calibration::blank, m::into);
    Profile p = ProfileFile.load(file);

    assertThat(p.tunables()).containsExactly(tuned);
    assertThat(p.devices()).extracting(DeviceProfile::id).containsExactlyElementsOf(DEVICES);
    for (DeviceProfile d : p.devices()) {
      assertThat(d.stages())
          .extracting(s -> s.stage() + " " + s.batch())
          .containsExactly("text 1", "unet 2", "unet 1", "vae 1");
      assertThat(d.stages()).allMatch(s -> s.modelDigest().isPresent());
      assertThat(d.stages()).allMatch(s -> s.medianMillis() > 0 && s.memoryBytes() > 0);
      assertThat(d.operations()).isNotEmpty();
      assertThat(p.link(d.id())).isPresent();
    }
    assertThat(p.host()).allMatch(c -> c.stage().equals("output") && c.medianMillis() > 0);
    assertThat(p.interference()).hasSize(8);

    Planner planner = Planner.open(p, MODEL);
    Job job = planner.job(4, 1, 3, Request.of(""));
    var costs = planner.costs(job);
    assertThat(DEVICES).allMatch(costs::measured);
    assertThat(planner.compare(job, DEVICES, List.of("auto")).best()).isPresent();
  }

  @Test
  void halfPrecisionIsMeasuredForItself() throws Exception {
    String device = "opencl:0";
    RunOptions half = RunOptions.DEFAULT.withPrecision(Precision.F16);
    Profile p =
        new Calibration(MODEL, half, new Calibration.Effort(List.of(), 1, 1), line -> {})
            .measure(List.of(device))
            .into(Calibration.blank());
    assertThat(p.devices().getFirst().stages())
        .hasSize(4)
        .allMatch(s -> s.precision().equals(Optional.of(Precision.F16)));
    Job job = Planner.open(p, MODEL).job(4, 1, 3, Request.of(""));
    assertThat(Planner.costs(p, MODEL, half, job).measured(device)).isTrue();
    assertThat(Planner.costs(p, MODEL, RunOptions.DEFAULT, job).measured(device)).isFalse();
  }
}
