package dev.tandem.app;

import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.request.GuidanceLimits;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.result.RunReport;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.timeline.Span;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
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
  private static final int MOST_OF_A_PROMPT = 1_000_000;

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
      description =
          "Pictures for each prompt, 1 to " + MOST_OF_A_PROMPT + " (default ${DEFAULT-VALUE}).")
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

  @Mixin private InitOptions init = new InitOptions();

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
          "Limit predicted pictures to this quantile of their magnitudes, 0.995 is usual; for"
              + " models of pixels, and latents with --threshold-max (default: off).")
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

  @Mixin private ModelFormOptions form = new ModelFormOptions();

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
    PrintWriter out = spec.commandLine().getOut();
    ProgressBar bar = quiet ? ProgressBar.none() : ProgressBar.onStandardError();
    Optional<TraceFile> tracing =
        trace.map(file -> new TraceFile(file, text -> bar.println("tandem: " + text)));
    Optional<JsonReport> document = json ? Optional.of(new JsonReport(out)) : Optional.empty();
    PictureFiles sink =
        new PictureFiles(requests, pattern, bar, results(document, bar), spans(tracing));
    CountDownLatch returned = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    RunOptions options = form.with(deviceUse.options());
    try (Tandem tandem = Tandem.open(picture.model(), placement.first(), options)) {
      Thread stop =
          Thread.ofPlatform()
              .unstarted(
                  () -> {
                    interrupted.set(true);
                    interrupt(tandem, returned);
                  });
      Runtime.getRuntime().addShutdownHook(stop);
      Detail detail = timeline.orElse(trace.isPresent() ? Detail.OPERATIONS : Detail.HOST);
      RunReport report =
          tandem.generateAll(
              requests, placement.choose(tandem, picture.model(), options, requests), sink, detail);
      bar.clear();
      tracing.ifPresent(TraceFile::finish);
      document.ifPresent(d -> d.end(report));
      if (!json && !quiet) {
        ReportView.table(out, report);
      }
      out.flush();
      report
          .brokenBy()
          .filter(e -> !sink.told().equals(report.brokenBy()))
          .ifPresent(e -> bar.println("tandem: " + Main.message(e)));
      removeHook(stop);
      boolean whole = report.failed() == 0 && report.brokenBy().isEmpty();
      boolean traced = tracing.filter(TraceFile::failed).isEmpty();
      int ended = whole && traced ? Main.DONE : Main.FAILED;
      return interrupted.get() ? Main.INTERRUPTED : ended;
    } finally {
      document.ifPresent(JsonReport::close);
      tracing.ifPresent(TraceFile::close);
      returned.countDown();
    }
  }

  private static void removeHook(Thread stop) {
    try {
      Runtime.getRuntime().removeShutdownHook(stop);
    } catch (IllegalStateException e) { // it is at work
    }
  }

  private Consumer<PictureFiles.Result> results(Optional<JsonReport> document, ProgressBar bar) {
    if (document.isPresent()) {
      return document.get()::picture;
    }
    return r -> {
      if (!quiet && r.error().isEmpty()) {
        bar.println(r.file().toString());
      }
    };
  }

  private static Consumer<Span> spans(Optional<TraceFile> tracing) {
    return tracing.isPresent() ? tracing.get()::add : span -> {};
  }

  private List<Request> requests() {
    if (count < 1 || count > MOST_OF_A_PROMPT) {
      throw new UsageException("--count must be 1 to " + MOST_OF_A_PROMPT + ", got " + count);
    }
    try {
      GuidanceLimits limits = new GuidanceLimits(guidanceRescale, thresholdRatio, thresholdMax);
      Request plain =
          picture.request("").withNegative(negative).withSampler(sampler).withLimits(limits);
      Request like = init.add(plain);
      List<String> all = Prompts.collect(prompts, files, System.in);
      long first = Seeds.first(seed, (long) all.size() * count);
      return new Series(eta.map(like::withEta).orElse(like), all, count, first);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
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
