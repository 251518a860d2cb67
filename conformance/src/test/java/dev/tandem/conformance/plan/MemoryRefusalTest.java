package dev.tandem.conformance.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.profile.DeviceProfile;
import dev.tandem.devices.profile.DeviceProfile.Limits;
import dev.tandem.devices.profile.DeviceProfile.Peak;
import dev.tandem.devices.profile.Machine;
import dev.tandem.devices.profile.PowerState;
import dev.tandem.devices.profile.Profile;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.planning.Plan;
import dev.tandem.planning.Plan.Placed;
import dev.tandem.planning.Plan.Refused;
import dev.tandem.planning.Planner;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A placement that does not fit in memory is refused, and the nearest one that fits is named. */
class MemoryRefusalTest {
  private static final Path MODEL = Path.of(System.getProperty("tandem.root"), "models/default");

  private static Planner planner(long small, long large) {
    Profile p =
        new Profile(
            Profile.FORMAT,
            "test",
            "",
            new Machine("c", 1, 1, "o"),
            PowerState.UNKNOWN,
            List.of(device("small", small, 100), device("large", large, 50)),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            Map.of());
    return Planner.open(p, MODEL);
  }

  private static DeviceProfile device(String id, long memory, double gflops) {
    return new DeviceProfile(
        id,
        id,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        DeviceInfo.Type.CPU,
        1,
        false,
        true,
        new Limits(memory, memory),
        new Peak(gflops, 10),
        Optional.empty(),
        List.of(),
        List.of());
  }

  private static long need(Planner planner, Job job) {
    var costs = planner.costs(job);
    return costs.bytes(Work.TEXT, "small")
        + costs.bytes(Work.STEP, "small")
        + costs.bytes(Work.DECODE, "small");
  }

  private static Job job(Planner planner) {
    return planner.job(2, 1, 2, Request.of("").withSize(256, 256));
  }

  @Test
  void exactlyEnoughIsEnough() {
    Planner probe = planner(1L << 40, 1L << 40);
    long need = need(probe, job(probe));
    Planner exact = planner(need, 1);
    assertThat(exact.compare(job(exact), List.of("small"), List.of("single")).options())
        .singleElement()
        .isInstanceOf(Placed.class);
    Planner short1 = planner(need - 1, 1);
    assertThat(short1.compare(job(short1), List.of("small"), List.of("single")).options())
        .singleElement()
        .isInstanceOf(Refused.class);
  }

  @Test
  void tilesAreProposedFirst() {
    Planner probe = planner(1L << 40, 1L << 40);
    Planner planner = planner(need(probe, job(probe)) - 1, 1);
    Plan plan = planner.compare(job(planner), List.of("small"), List.of("single"));
    Refused r = (Refused) plan.options().getFirst();
    assertThat(r.reason()).contains("small needs").contains("MiB").contains("and has");
    assertThat(r.nearest().orElseThrow().change()).contains("tiles of 128 x 128");
    assertThat(r.nearest().orElseThrow().need().fits()).isTrue();
  }

  @Test
  void anotherDeviceIsProposedWhereNothingElseHelps() {
    Planner planner = planner(1000, 1L << 40);
    Plan plan = planner.compare(job(planner), List.of("small"), List.of("single"));
    Refused r = (Refused) plan.options().getFirst();
    assertThat(r.nearest().orElseThrow().change()).contains("use [large] instead");
    assertThat(plan.best()).isEmpty();
  }
}
