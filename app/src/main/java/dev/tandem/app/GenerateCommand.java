package dev.tandem.app;

import dev.tandem.devices.files.WholeFile;
import dev.tandem.orchestrator.GuidanceLimits;
import dev.tandem.orchestrator.Request;
import dev.tandem.orchestrator.RunReport;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.timeline.Detail;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tandem generate}: prompts in, PNG files out. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Makes a PNG picture of each prompt.",
    footer = {
      "",
      "Examples:",
      "  tandem generate \"red apple, flat style\"",
      "  tandem generate --count 4 --seed 7 \"penguin, noto style on a blue background\"",
      "  tandem generate --file prompts.txt --output pictures/"
    })
final class GenerateCommand implements Callable<Integer> {
  private static final int GRACE_SECONDS = 20;

  @Parameters(
      arity = "0..*",
      paramLabel = "PROMPT",
      description = "What to draw; several prompts make several pictures; - reads standard input.")
  private List<String> prompts = new ArrayList<>();

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "Read prompts from a file, one a line; - is standard input.")
  private List<String> files = new ArrayList<>();

  @Option(names = "--negative", paramLabel = "TEXT", description = "What not to draw.")
  private String negative = "";

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "1",
      description = "Pictures for each prompt (default ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "" + Request.DEFAULT_SEED,
      description =
          "Seed of the first picture, the next ones count up; -1 draws one (default ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private PictureOptions picture = new PictureOptions();

  @Option(
      names = "--guidance-rescale",
      paramLabel = "X",
      defaultValue = "0",
      description = "Against burnt colours of high guidance: 0 (off) to 1, 0.7 is usual.")
  private double guidanceRescale;

  @Option(
      names = "--dynamic-threshold",
      paramLabel = "RATIO",
      defaultValue = "0",
      description =
          "Limit predicted pictures to this quantile of their magnitudes, 0.995 is usual; for models"
              + " of pixels, and latents with --threshold-max (default: off).")
  private double thresholdRatio;

  @Option(
      names = "--threshold-max",
      paramLabel = "X",
      defaultValue = "0",
      description = "The largest limit of --dynamic-threshold (default: the model's, else 1).")
  private double thresholdMax;

  @Option(
      names = "--sampler",
      paramLabel = "NAME",
      description = "For example ddim or 'DPM++ 2M Karras'. Default: the model's own.")
  private String sampler = "";

  @Option(
      names = "--eta",
      paramLabel = "X",
      description = "Noise that ddim adds at each step: 0 (none) to 1 (as ddpm). Default: 0.")
  private Optional<Double> eta = Optional.empty();

  @Option(
      names = "--output",
      paramLabel = "PATH",
      description =
          "A file, a folder, or a pattern with {prompt}, {seed}, {index} (default "
              + OutputPattern.DEFAULT
              + ").")
  private String output = OutputPattern.DEFAULT;

  @Mixin private PlacementOptions placement = new PlacementOptions();

  @Mixin private DeviceUse deviceUse = new DeviceUse();

  @Option(names = "--json", description = "Print the result as JSON on standard output.")
  private boolean json;

  @Option(
      names = "--timeline",
      paramLabel = "DETAIL",
      description =
          "How closely to time devices: host, device (by their own clocks) or operations"
              + " (default: host, with --trace operations).")
  private Optional<Detail> timeline = Optional.empty();

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description = "Write what ran when, for ui.perfetto.dev or chrome://tracing.")
  private Optional<Path> trace = Optional.empty();

  @Option(names = "--quiet", description = "Print nothing but errors.")
  private boolean quiet;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    List<Request> requests = requests();
    OutputPattern pattern = new OutputPattern(output);
    pattern.check(requests);
    trace.ifPresent(WholeFile::check);
    ProgressBar bar = quiet ? ProgressBar.none() : ProgressBar.onStandardError();
    PictureFiles sink = new PictureFiles(requests, pattern, bar, quiet || json);
    CountDownLatch returned = new CountDownLatch(1);
    try (Tandem tandem = Tandem.open(picture.model(), placement.first(), deviceUse.options())) {
      Thread stop = Thread.ofPlatform().unstarted(() -> interrupt(tandem, returned));
      Runtime.getRuntime().addShutdownHook(stop);
      Detail detail = timeline.orElse(trace.isPresent() ? Detail.OPERATIONS : Detail.HOST);
      RunReport report =
          tandem.generateAll(requests, placement.choose(tandem, requests), sink, detail);
      bar.clear();
      trace.ifPresent(
          file ->
              WholeFile.write(
                  file,
                  out -> ChromeTrace.write(out, List.of(new ChromeTrace.Run("", report.spans())))));
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        ReportView.json(out, sink.results(), report);
      } else if (!quiet) {
        ReportView.table(out, report);
      }
      out.flush();
      if (report.cancelled()) {
        return Main.INTERRUPTED;
      }
      Runtime.getRuntime().removeShutdownHook(stop);
      return report.failed() == 0 ? Main.DONE : Main.FAILED;
    } finally {
      returned.countDown();
    }
  }

  private List<Request> requests() {
    if (count < 1 || count > 1_000_000) {
      throw new UsageException("--count must be 1 to 1000000, got " + count);
    }
    if (seed < -1) {
      throw new UsageException("--seed must be -1 (draw one) or at least 0, got " + seed);
    }
    long first = seed >= 0 ? seed : ThreadLocalRandom.current().nextLong(1L << 32);
    List<Request> requests = new ArrayList<>();
    try {
      GuidanceLimits limits = new GuidanceLimits(guidanceRescale, thresholdRatio, thresholdMax);
      for (String prompt : Prompts.collect(prompts, files, System.in)) {
        for (int i = 0; i < count; i++) {
          Request r =
              picture
                  .request(prompt)
                  .withNegative(negative)
                  .withSeed(first + requests.size())
                  .withSampler(sampler)
                  .withLimits(limits);
          requests.add(eta.map(r::withEta).orElse(r));
        }
      }
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
    return requests;
  }

  /** Ctrl-C: stop after the step at work, keep finished pictures, let the table be printed. */
  private static void interrupt(Tandem tandem, CountDownLatch returned) {
    tandem.cancel();
    try {
      if (!returned.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("tandem: a stage did not stop within " + GRACE_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
