package dev.tandem.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.devices.Devices;
import dev.tandem.devices.files.WholeFile;
import dev.tandem.orchestrator.compare.Comparer;
import dev.tandem.orchestrator.compare.Comparison;
import dev.tandem.orchestrator.compare.Contestant;
import dev.tandem.orchestrator.compare.Round;
import dev.tandem.orchestrator.compare.Sample;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tandem compare}: strategies run for real, side by side. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs strategies for real, interleaved and repeated, and says for each how fast it was,",
      "how well the devices overlapped, and how near it came to what is possible."
    },
    footer = {
      "",
      "Example:",
      "  tandem compare --strategies stage,data --devices \"cpu:a,threads=1;cpu:b,threads=1\""
          + " --count 8 --report out.html"
    })
final class CompareCommand implements Callable<Integer> {
  private static final int MOST = 10_000;

  private static final List<String> PROMPTS =
      List.of(
          "red apple, flat style",
          "penguin, noto style",
          "pizza, glossy style",
          "butterfly on a yellow background");

  @Parameters(
      arity = "0..*",
      paramLabel = "PROMPT",
      description = "What to draw; the pictures take turns at them (default: four examples).")
  private List<String> prompts = new ArrayList<>();

  @Option(
      names = "--strategies",
      split = ",",
      paramLabel = "NAME",
      description = "Which to compare, separated by commas (default: all that suit the devices).")
  private List<String> strategies = new ArrayList<>();

  @Option(
      names = "--devices",
      split = ";",
      paramLabel = "DEVICE",
      description =
          "Where to compute, separated by semicolons (default: all but the reference device and TornadoVM's).")
  private List<String> devices = new ArrayList<>();

  @Option(
      names = "--profile",
      paramLabel = "FILE",
      description = "Costs to place and predict with (default: measured before the first round).")
  private Optional<Path> profile = Optional.empty();

  @Option(
      names = "--placement",
      paramLabel = "FILE",
      description = "A placement of your own, to compare as well.")
  private List<Path> placements = new ArrayList<>();

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "8",
      description = "Pictures of each run, 1 to " + MOST + " (default ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "" + Request.DEFAULT_SEED,
      description =
          "Seed of the first picture, the next ones count up: 0 to "
              + Seeds.LARGEST
              + ", which must not be passed; -1 draws one (default ${DEFAULT-VALUE}).")
  private String seed;

  @Mixin private PictureOptions picture = new PictureOptions();

  @Mixin private ModelFormOptions form = new ModelFormOptions();

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "3",
      description = "Rounds: each runs every strategy once (default ${DEFAULT-VALUE}).")
  private int repeat;

  @Option(
      names = "--report",
      paramLabel = "FILE.html",
      description =
          "Write a page with figures, lanes and pictures: of the first "
              + Sample.MOST
              + " pictures of each run.")
  private Optional<Path> report = Optional.empty();

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write everything as JSON: the predictions before the run, the rest after it.")
  private Optional<Path> json = Optional.empty();

  @Option(names = "--csv", paramLabel = "FILE", description = "Write a line for each run.")
  private Optional<Path> csv = Optional.empty();

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description =
          "Write what ran when, for ui.perfetto.dev: the first "
              + Sample.MOST
              + " pictures in the last round, at most round "
              + Comparison.Result.DRAWN_ROUNDS
              + ".")
  private Optional<Path> trace = Optional.empty();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    List<Request> requests = requests();
    Stream.of(report, json, csv, trace).flatMap(Optional::stream).forEach(WholeFile::check);
    PrintWriter err = spec.commandLine().getErr();
    RunOptions options = form.with(RunOptions.DEFAULT);
    Entrants entrants =
        Entrants.of(
            new Entrants.Asked(
                picture.model(), options, requests, deviceList(), strategies, placements, profile),
            err);
    List<Contestant> contestants = entrants.contestants();
    CompareJson document = CompareJson.before(facts(requests), contestants);
    json.ifPresent(file -> write(file, document.root()));
    CompareText.predictions(err, contestants);
    Comparer comparer =
        new Comparer(
            picture.model(),
            options,
            requests,
            (what, turn, turns) -> {
              err.printf(Locale.ROOT, "[%d/%d] %s%n", turn, turns, what);
              err.flush();
            });
    document.start();
    Comparison comparison = comparer.run(entrants.job(), contestants, repeat);
    document.after(comparison);
    json.ifPresent(file -> write(file, document.root()));
    csv.ifPresent(file -> WholeFile.write(file, out -> CompareCsv.write(out, comparison)));
    trace.ifPresent(file -> WholeFile.write(file, out -> ChromeTrace.write(out, runs(comparison))));
    report.ifPresent(
        file ->
            WholeFile.write(file, out -> out.write(ReportPage.of(document.root(), comparison))));
    PrintWriter out = spec.commandLine().getOut();
    CompareText.tables(out, comparison.figures());
    out.flush();
    List<String> failures =
        comparison.figures().stream().flatMap(f -> f.failures().stream()).toList();
    failures.forEach(f -> err.println("tandem: " + f));
    err.flush();
    boolean whole = comparison.figures().stream().allMatch(f -> f.failed() == 0);
    return whole ? Main.DONE : Main.FAILED;
  }

  private RunFacts facts(List<Request> requests) {
    return RunFacts.now(spec.commandLine(), picture.model(), requests, repeat);
  }

  private static void write(Path file, ObjectNode root) {
    WholeFile.write(file, root.toPrettyString() + "\n");
  }

  private static List<ChromeTrace.Run> runs(Comparison comparison) {
    return comparison.results().stream()
        .map(
            r -> {
              Round last = r.drawn().getLast();
              return new ChromeTrace.Run(r.contestant().name(), last.spans());
            })
        .toList();
  }

  private List<String> deviceList() {
    if (!devices.isEmpty()) {
      return devices.stream().map(String::strip).toList();
    }
    return Devices.usual();
  }

  private List<Request> requests() {
    if (count < 1 || count > MOST) {
      throw new UsageException("--count must be 1 to " + MOST + ", got " + count);
    }
    if (repeat < 1 || repeat > 1000) {
      throw new UsageException("--repeat must be 1 to 1000, got " + repeat);
    }
    List<String> from = prompts.isEmpty() ? PROMPTS : prompts;
    long first = Seeds.first(seed, count);
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      requests.add(picture.request(from.get(i % from.size())).withSeed(first + i));
    }
    return requests;
  }
}
