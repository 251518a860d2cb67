package dev.tandem.planning.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.profile.DeviceProfile;
import dev.tandem.devices.profile.OperationClass;
import dev.tandem.devices.profile.OperationCost;
import dev.tandem.devices.profile.PowerState;
import dev.tandem.devices.profile.Profile;
import dev.tandem.devices.profile.StageCost;
import dev.tandem.planning.Samples;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a calibration puts into a profile, and what of before it keeps. */
class MeasurementsTest {
  private static final Optional<String> A = Optional.of("a");
  private static final Optional<String> B = Optional.of("b");
  private static final Optional<String> ANY = Optional.empty();

  private static DeviceProfile after(DeviceProfile before, DeviceProfile now) {
    Profile p = Samples.profile(before);
    return new Measurements(
            p.machine(),
            PowerState.Source.MAINS,
            false,
            List.of(now),
            List.of(),
            List.of(),
            List.of(),
            LocalDate.EPOCH)
        .into(p)
        .devices()
        .getFirst();
  }

  private static List<StageCost> stages(List<StageCost> before, StageCost now) {
    return after(
            Samples.device(List.of(), before.toArray(StageCost[]::new)),
            Samples.device(List.of(), now))
        .stages();
  }

  @Test
  void modelsOfOneNameStandSideBySide() {
    StageCost a = Samples.step(A, Precision.F32, 1);
    StageCost b = Samples.step(B, Precision.F32, 2);
    assertThat(stages(List.of(a), b)).containsExactly(b, a);
    assertThat(stages(List.of(a), Samples.step(A, Precision.F32, 3)))
        .containsExactly(Samples.step(A, Precision.F32, 3));
  }

  @Test
  void aCostOfNoCertainModelGivesWay() {
    StageCost any = Samples.step(ANY, Precision.F32, 1);
    StageCost a = Samples.step(A, Precision.F32, 2);
    assertThat(stages(List.of(any), a)).containsExactly(a);
    assertThat(stages(List.of(a), any)).containsExactly(any, a);
  }

  @Test
  void halfPrecisionReplacesNothingOfSinglePrecision() {
    List<OperationCost> rates = List.of(new OperationCost(OperationClass.LINEAR, 5, 5, 0));
    List<OperationCost> others = List.of(new OperationCost(OperationClass.LINEAR, 9, 9, 0));
    StageCost single = Samples.step(A, Precision.F32, 1);
    StageCost half = Samples.step(A, Precision.F16, 2);
    DeviceProfile both = after(Samples.device(rates, single), Samples.device(others, half));
    assertThat(both.stages()).containsExactly(half, single);
    assertThat(both.operations()).isEqualTo(rates);
    assertThat(after(both, Samples.device(others, single)).operations()).isEqualTo(others);
    assertThat(after(Samples.device(List.of()), Samples.device(others, half)).operations())
        .isEqualTo(others);
  }
}
