package dev.tandem.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.files.WholeFile;
import dev.tandem.devices.profile.ProfileFile;
import dev.tandem.devices.tuning.Trial;
import dev.tandem.devices.tuning.TunableDevice;
import dev.tandem.devices.tuning.TunedOperation;
import dev.tandem.devices.tuning.TuningListener;
import dev.tandem.devices.tuning.TuningRequest;
import dev.tandem.devices.tuning.TuningRequest.Workload;
import dev.tandem.devices.tuning.TuningResult;
import dev.tandem.devices.tuning.Verification;
import dev.tandem.orchestrator.ModelGraphs;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code tandem tune}: finds fast values for the kernels of a device, or checks all there are. */
@Command(
    name = "tune",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Searches the tunables of a device's kernels for every operation of a model, and stores what"
          + " is clearly faster in a profile. Later runs use this machine's profile by themselves,"
          + " and another one with --device opencl:0,profile=FILE.",
      "It can be stopped at any time and goes on where it stopped."
    })
final class TuneCommand implements Callable<Integer> {
  private static final int GRACE_SECONDS = 60;
  private static final String DEFAULT = "default";

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "opencl",
      description = "What to tune (default ${DEFAULT-VALUE}).")
  private String device;

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      defaultValue = DEFAULT,
      description =
          "Whose operations: 'default', 'sd15' (Stable Diffusion 1.5, needs no checkpoint), or a"
              + " model folder (default ${DEFAULT-VALUE}).")
  private String model;

  @Option(
      names = "--budget",
      paramLabel = "TIME",
      defaultValue = "5m",
      converter = TimeConverter.class,
      description = "How long it may take: 90s, 5m, 2h (default ${DEFAULT-VALUE}).")
  private Duration budget;

  @Option(
      names = "--output",
      paramLabel = "PROFILE",
      description = "The profile to write. Default: this machine's own.")
  private Optional<Path> output = Optional.empty();

  @Option(names = "--again", description = "Search what the profile already has, too.")
  private boolean again;

  @Option(
      names = "--log",
      paramLabel = "FILE",
      description = "Write every combination tried to a file, a JSON object a line.")
  private Optional<Path> log = Optional.empty();

  @Option(
      names = "--verify",
      description =
          "Search nothing: compare every combination that a search may pick with the reference"
              + " device, on small odd shapes. Exit code 1 if one is wrong or fails.")
  private boolean verify;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    AtomicBoolean stop = new AtomicBoolean();
    CountDownLatch returned = new CountDownLatch(1);
    Thread hook = Thread.ofPlatform().unstarted(() -> stop(stop, returned));
    if (!verify) {
      ProfileOutput.check(profile());
    }
    log.ifPresent(WholeFile::check);
    try (Device opened = Devices.open(device)) {
      if (!(opened instanceof TunableDevice tunable)) {
        throw new UsageException(
            "device '"
                + device
                + "' has nothing to tune; 'tandem devices' lists those with opencl");
      }
      Runtime.getRuntime().addShutdownHook(hook);
      try (Progress progress = new Progress(verify ? Optional.empty() : Optional.of(budget))) {
        int code = verify ? verify(tunable, progress, stop) : tune(tunable, progress, stop);
        if (!stop.get()) {
          Runtime.getRuntime().removeShutdownHook(hook);
        }
        return code;
      }
    } finally {
      returned.countDown();
    }
  }

  private int tune(TunableDevice tunable, Progress progress, AtomicBoolean stop) {
    Path profile = profile();
    TuningRequest request = new TuningRequest(workloads(), budget, profile, again, stop::get);
    TuningResult r = tunable.tune(request, progress);
    progress.close();
    PrintWriter out = spec.commandLine().getOut();
    if (!r.tuned().isEmpty()) {
      Table.print(
          out,
          List.of("time", "before", "now", "gain", "operation"),
          r.tuned().stream().map(TuneCommand::row).toList());
      double before = r.tuned().stream().mapToDouble(TunedOperation::share).sum();
      double now =
          r.tuned().stream().mapToDouble(t -> t.share() * t.afterMicros() / t.beforeMicros()).sum();
      out.printf(
          Locale.ROOT,
          "The operations searched now take %.0f%% of the time before.%n",
          100 * now / before);
    }
    out.printf(
        Locale.ROOT,
        "%d operations searched, %d known before, %d left; %d combinations rejected as wrong, %d"
            + " failed.%n",
        r.tuned().size(),
        r.known(),
        r.left(),
        r.wrong(),
        r.failed());
    if (!r.tuned().isEmpty()) {
      out.println("Stored in " + profile + ".");
    }
    out.flush();
    return r.cancelled() ? Main.INTERRUPTED : Main.DONE;
  }

  private Path profile() {
    return output.orElseGet(ProfileFile::ofThisMachine);
  }

  private static List<String> row(TunedOperation t) {
    return List.of(
        String.format(Locale.ROOT, "%.1f%%", 100 * t.share()),
        micros(t.beforeMicros()),
        micros(t.afterMicros()),
        String.format(Locale.ROOT, "%.2fx", t.beforeMicros() / t.afterMicros()),
        t.operation().replaceFirst("\\[[a-z].*", ""));
  }

  private static String micros(double v) {
    return v < 10_000
        ? String.format(Locale.ROOT, "%.0f us", v)
        : String.format(Locale.ROOT, "%.1f ms", v / 1000);
  }

  private int verify(TunableDevice tunable, Progress progress, AtomicBoolean stop) {
    Verification v = tunable.verify(progress, stop::get);
    progress.close();
    PrintWriter out = spec.commandLine().getOut();
    Table.print(
        out,
        List.of("kernel", "combinations"),
        v.combinations().entrySet().stream()
            .map(e -> List.of(e.getKey(), e.getValue().toString()))
            .toList());
    v.failing()
        .forEach(
            t ->
                out.println(
                    t.outcome()
                        + ": "
                        + t.kernel()
                        + " "
                        + t.values()
                        + " on "
                        + t.operation()
                        + ": "
                        + t.reason()));
    out.println(
        v.checks()
            + " results compared with the reference device, "
            + v.failing().size()
            + " wrong or failed"
            + (v.cancelled() ? "; stopped before the end." : "."));
    out.flush();
    return v.cancelled() ? Main.INTERRUPTED : v.failing().isEmpty() ? Main.DONE : Main.FAILED;
  }

  private List<Workload> workloads() {
    List<ModelGraphs.ModelGraph> graphs =
        switch (model) {
          case "sd15" -> ModelGraphs.stableDiffusion15();
          case DEFAULT -> ModelGraphs.of(Home.folder().resolve("models").resolve(DEFAULT));
          default -> ModelGraphs.of(Path.of(model));
        };
    return graphs.stream().map(g -> new Workload(g.graph(), g.runs())).toList();
  }

  /** Ctrl-C: end after the combination at work; what was found is stored already. */
  private static void stop(AtomicBoolean stop, CountDownLatch returned) {
    stop.set(true);
    try {
      if (!returned.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("tandem: a kernel did not end within " + GRACE_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A bar on terminals, a line for each rejected combination, and the log. */
  private final class Progress implements TuningListener, AutoCloseable {
    private final ObjectMapper json = new ObjectMapper();
    private final ProgressBar bar;
    private final Optional<Duration> known;
    private final Optional<WholeFile> file;
    private final Optional<PrintWriter> lines;
    private final long startNs = System.nanoTime();

    private Progress(Optional<Duration> known) {
      this.bar = ProgressBar.onStandardError();
      this.known = known;
      this.file = log.map(WholeFile::open);
      this.lines = file.map(f -> new PrintWriter(f.writer(), true));
    }

    @Override
    public void onProgress(int done, int total, String label, double fraction) {
      double seconds = (System.nanoTime() - startNs) / 1e9;
      double all =
          known.map(d -> (double) d.toSeconds()).orElse(seconds / Math.max(1e-3, fraction));
      bar.fraction(done, total, label, fraction, Math.max(0, all - seconds));
    }

    @Override
    public void onTrial(Trial t) {
      boolean rejected = t.outcome() == Trial.Outcome.WRONG || t.outcome() == Trial.Outcome.FAILED;
      if (rejected && verify) {
        bar.println(t.outcome() + ": " + t.kernel() + " " + t.values() + " on " + t.operation());
      }
      lines.ifPresent(l -> l.println(line(t)));
    }

    private ObjectNode line(Trial t) {
      ObjectNode n = json.createObjectNode();
      n.put("kernel", t.kernel()).put("operation", t.operation());
      t.values().forEach(n.putObject("values")::put);
      n.put("outcome", t.outcome().name().toLowerCase(Locale.ROOT));
      if (t.micros() > 0) {
        n.put("micros", t.micros());
      }
      return t.reason().isEmpty() ? n : n.put("reason", t.reason());
    }

    @Override
    public void close() {
      bar.clear();
      file.ifPresent(
          f -> {
            f.commit();
            f.close();
          });
    }
  }

  /** Reads 90s, 5m or 2h. */
  static final class TimeConverter implements ITypeConverter<Duration> {
    private static final Pattern TIME = Pattern.compile("(\\d{1,6})([smh])");

    @Override
    public Duration convert(String text) {
      Matcher m = TIME.matcher(text.strip().toLowerCase(Locale.ROOT));
      if (!m.matches() || Integer.parseInt(m.group(1)) == 0) {
        throw new TypeConversionException("'" + text + "' is not a time such as 90s, 5m or 2h");
      }
      long n = Long.parseLong(m.group(1));
      return switch (m.group(2)) {
        case "s" -> Duration.ofSeconds(n);
        case "m" -> Duration.ofMinutes(n);
        default -> Duration.ofHours(n);
      };
    }
  }
}
