package dev.tandem.app;

import dev.tandem.devices.files.WholeFile;
import dev.tandem.devices.profile.Profile;
import dev.tandem.devices.profile.ProfileFile;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.PlacementException;
import dev.tandem.orchestrator.placement.PlacementJson;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.planning.Plan;
import dev.tandem.planning.Planner;
import dev.tandem.planning.strategy.Strategies;
import dev.tandem.planning.strategy.Strategy;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tandem plan}: what each strategy would give on a machine, without running anything. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Says what each way to split a job over devices would give, by simulation.",
      "Needs a profile of the machine, not the machine itself."
    },
    footer = {
      "",
      "Examples:",
      "  tandem plan --profile two-opencl-cores --count 16 --steps 4",
      "  tandem plan --count 8 --strategies single,stage,auto --emit placement.json"
    })
final class PlanCommand implements Callable<Integer> {
  private static final int MOST_PICTURES = 1_000_000_000;

  @Option(
      names = "--profile",
      paramLabel = "FILE",
      description =
          "A profile: a file, or the name of one in Tandem's folder 'profiles'. Default: this"
              + " machine's own ('tandem calibrate' writes it).")
  private String profile = "";

  @Mixin private PictureOptions picture = new PictureOptions();

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "16",
      description = "Pictures to make, at most a billion (default ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--prompts",
      paramLabel = "N",
      defaultValue = "1",
      description = "Different prompts among them (default ${DEFAULT-VALUE}).")
  private int prompts;

  @Option(
      names = {"--device", "--devices"},
      split = ";",
      paramLabel = "DEVICE",
      description = "Devices of the profile to use, separated by semicolons. Default: all.")
  private List<String> devices = new ArrayList<>();

  @Mixin private Precisions precisions = new Precisions();

  @Mixin private ModelFormOptions form = new ModelFormOptions();

  @Option(
      names = "--strategies",
      paramLabel = "NAMES",
      split = ",",
      description = "To compare, separated by commas. Default: all.")
  private List<String> strategies = new ArrayList<>();

  @Option(
      names = "--emit",
      paramLabel = "FILE",
      description = "Write the best placement as JSON, for 'tandem generate --placement'.")
  private Optional<Path> emit = Optional.empty();

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write an HTML page with the table and the lanes.")
  private Optional<Path> report = Optional.empty();

  @Option(names = "--json", description = "Print the plan as JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    requirePictures("--count", count);
    requirePictures("--prompts", prompts);
    Stream.of(report, emit).flatMap(Optional::stream).forEach(WholeFile::check);
    Profile machine = profile();
    List<String> ids =
        devices.isEmpty() ? machine.devices().stream().map(d -> d.id()).toList() : devices;
    Planner planner = Planner.open(machine, picture.model(), form.with(precisions.among(ids)));
    try {
      Request request = picture.request("");
      Job job = planner.job(count, prompts, picture.steps(), request);
      List<String> names =
          strategies.isEmpty()
              ? Strategies.all().stream().map(Strategy::name).toList()
              : strategies;
      Plan plan = planner.compare(job, ids, names);
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        PlanView.json(out, machine, plan);
      } else {
        PlanView.table(out, plan);
      }
      write(machine, plan);
      out.flush();
      return plan.best().isPresent() ? Main.DONE : Main.FAILED;
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private static void requirePictures(String option, int value) {
    if (value < 1 || value > MOST_PICTURES) {
      throw new UsageException(option + " must be 1 to " + MOST_PICTURES + ", got " + value);
    }
  }

  private void write(Profile machine, Plan plan) {
    report.ifPresent(file -> WholeFile.write(file, PlanPage.of(machine, plan)));
    emit.ifPresent(
        file -> {
          Plan.Placed best =
              plan.best().orElseThrow(() -> new PlacementException("no strategy can run this job"));
          PlacementJson.write(best.placement(), file);
        });
  }

  private Profile profile() {
    if (profile.isEmpty()) {
      return Profiles.load(ProfileFile.ofThisMachine());
    }
    return Profiles.load(profile);
  }
}
