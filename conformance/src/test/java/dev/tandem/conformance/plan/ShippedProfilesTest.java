package dev.tandem.conformance.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.profile.DeviceProfile;
import dev.tandem.devices.profile.Profile;
import dev.tandem.devices.profile.ProfileFile;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.planning.Plan;
import dev.tandem.planning.Plan.Placed;
import dev.tandem.planning.Planner;
import dev.tandem.planning.strategy.Strategies;
import dev.tandem.planning.strategy.Strategy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every profile in the repository can be read, says where its figures come from, and plans. */
class ShippedProfilesTest {
  private static final Path ROOT = Path.of(System.getProperty("tandem.root"));

  static List<Path> profiles() throws Exception {
    try (Stream<Path> files = Files.list(ROOT.resolve("profiles"))) {
      List<Path> all =
          files
              .filter(f -> f.toString().endsWith(".json") && !f.toString().endsWith("schema.json"))
              .sorted()
              .toList();
      assertThat(all).hasSizeGreaterThanOrEqualTo(5);
      return all;
    }
  }

  @ParameterizedTest
  @MethodSource("profiles")
  void everyDeviceNamesItsSources(Path file) {
    Profile p = ProfileFile.load(file);
    assertThat(p.name()).isEqualTo(file.getFileName().toString().replace(".json", ""));
    for (DeviceProfile d : p.devices()) {
      assertThat(p.sources().keySet())
          .as(d.id())
          .anyMatch(key -> key.startsWith("devices/" + d.id()));
    }
    assertThat(p.sources().values())
        .allMatch(s -> s.contains("https://") || s.contains("estimate") || s.contains("measured"));
  }

  @ParameterizedTest
  @MethodSource("profiles")
  void autoIsTheBestOfAllStrategies(Path file) {
    Profile p = ProfileFile.load(file);
    Planner planner = Planner.open(p, ROOT.resolve("models/default"));
    Job job = planner.job(8, 1, 4, Request.of(""));
    List<String> devices = p.devices().stream().map(DeviceProfile::id).toList();
    Plan plan =
        planner.compare(job, devices, Strategies.all().stream().map(Strategy::name).toList());
    assertThat(plan.options()).allMatch(Placed.class::isInstance);
    double auto = plan.option("auto").orElseThrow().simulation().makespanNs();
    for (Plan.Option o : plan.options()) {
      // A further device must be worth half a percent.
      assertThat(auto)
          .as(o.strategy())
          .isLessThanOrEqualTo(((Placed) o).simulation().makespanNs() * 1.0051);
    }
  }
}
