package dev.tandem.app;

import dev.tandem.devices.files.WholeFile;
import dev.tandem.lab.CurveFiles;
import dev.tandem.lab.CurveStudy;
import dev.tandem.lab.Curves;
import dev.tandem.lab.Lab;
import dev.tandem.lab.LabException;
import dev.tandem.lab.LabFiles;
import dev.tandem.lab.LabListener;
import dev.tandem.lab.LabModels;
import dev.tandem.lab.LabPlan;
import dev.tandem.lab.LabReport;
import dev.tandem.lab.LabResult;
import dev.tandem.lab.PictureStudy;
import dev.tandem.lab.Setting;
import dev.tandem.lab.Settings;
import dev.tandem.lab.Studies;
import dev.tandem.lab.Study;
import dev.tandem.orchestrator.request.Request;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tandem lab}: solvers, steps and cheaper forms of a model, by time and quality. */
@Command(
    name = "lab",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Measures how much time fewer steps and cheaper forms of a model save on this machine, and",
      "what they cost in quality. Cheap settings come first. Interrupted, it reports what there is,",
      "and goes on where it was when started again."
    },
    footer = {
      "",
      "Examples:",
      "  tandem lab --quick",
      "  tandem lab --study quantisation --pairs 256",
      "  tandem lab --settings dpmpp_2m-20,dpmpp_2m-20+w8+a8,dpmpp_2m-20+deep:3",
      "  tandem lab --study all --report-only"
    })
final class LabCommand implements Callable<Integer> {
  private static final int GRACE_SECONDS = 60;
  private static final int QUICK_PAIRS = 8;
  private static final int QUICK_SECONDS = 85;
  private static final int FULL_PAIRS = 32;

  @Option(
      names = "--study",
      paramLabel = "NAME",
      description =
          "What to vary: samplers, quantisation, pruning or caching, all of these with what the"
              + " folder of results holds, or latent or memory (default: samplers).")
  private Optional<String> study = Optional.empty();

  @Option(
      names = "--quick",
      description = "Within two minutes: 8 pairs, of the samplers no more than 250 steps.")
  private boolean quick;

  @Option(
      names = "--settings",
      paramLabel = "LIST",
      description =
          "Instead of a study's: ddim-100,dpmpp_2m-10 or, of a student, lcm/lcm-4. A form of the"
              + " model goes behind it: +w8, +w4, +w8+a8, +deep:INTERVAL, +deep:INTERVAL:BLOCK,"
              + " +first-block:THRESHOLD.")
  private String settings = "";

  @Option(
      names = "--pruned",
      paramLabel = "DIR",
      description = "A pruned model to compare with its base; may be repeated.")
  private List<Path> pruned = new ArrayList<>();

  @Option(
      names = "--quantized",
      paramLabel = "[NAME=]DIR",
      description =
          "What 'tandem quantize' made of the model, or of a student by its name: draws the settings"
              + " of its form, as +w8+a8. May be repeated.")
  private List<String> quantized = new ArrayList<>();

  @Option(
      names = "--reference",
      paramLabel = "SETTING",
      description =
          "Whose pictures PSNR compares solvers with (default: ddim-1000; quick: ddim-100; other"
              + " studies: dpmpp_2m-20). Those of a cheaper form are compared with the same setting"
              + " without it.")
  private String reference = "";

  @Option(
      names = "--pairs",
      paramLabel = "N",
      description =
          "Prompts with a seed each (default: " + FULL_PAIRS + "; quick: " + QUICK_PAIRS + ").")
  private Optional<Integer> pairs = Optional.empty();

  @Option(
      names = "--minutes",
      paramLabel = "N",
      description =
          "Stop after the picture at work, write what there is; the same command goes on (default:"
              + " when all is drawn).")
  private Optional<Integer> minutes = Optional.empty();

  @Option(
      names = "--report-only",
      description = "Draw nothing: report on what the folder of results holds.")
  private boolean reportOnly;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Seed of the first pair, the next ones count up: 0 to "
              + Seeds.LARGEST
              + ", which must not be passed (default ${DEFAULT-VALUE}).")
  private String seed;

  @Option(
      names = "--guidance",
      paramLabel = "X",
      defaultValue = "" + Request.DEFAULT_GUIDANCE,
      description = "Of every picture (default ${DEFAULT-VALUE}).")
  private float guidance;

  @Option(
      names = "--margin",
      paramLabel = "X",
      defaultValue = "0.02",
      description = "Difference of the CLIP score that counts as none (default ${DEFAULT-VALUE}).")
  private double margin;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Default: the one that comes with Tandem. Students are looked for beside it.")
  private Path model = Home.folder().resolve("models").resolve("default");

  @Option(names = "--judge", paramLabel = "DIR", description = "A CLIP with held-out pictures.")
  private Path judge = Home.folder().resolve("models").resolve("judge");

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "cpu",
      description = "Where to compute (default ${DEFAULT-VALUE}).")
  private String device;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      defaultValue = "lab-results",
      description = "Folder of results (default ${DEFAULT-VALUE}).")
  private Path output;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    WholeFile.check(output.resolve("lab.json"));
    return switch (study()) {
      case PictureStudy pictures -> draw(pictures, out, err);
      case CurveStudy curves -> measure(curves, out, err);
    };
  }

  private Study study() {
    if (study.isPresent() && !settings.isEmpty()) {
      throw new UsageException("--study and --settings exclude each other: both say what to draw");
    }
    try {
      Study named = Studies.named(study.orElse(Studies.USUAL), models(), quick);
      return named instanceof PictureStudy s && !settings.isEmpty()
          ? new PictureStudy(s.name(), "chosen settings", s.reference(), Settings.parse(settings))
          : named;
    } catch (LabException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private LabModels models() {
    LabModels models = LabModels.find(model, pruned);
    for (String folder : quantized) {
      models = models.withQuantized(folder);
    }
    return models;
  }

  private int draw(PictureStudy pictures, PrintWriter out, PrintWriter err) {
    LabPlan plan = plan(pictures, line -> err.println("tandem: left out: " + line));
    CountDownLatch returned = new CountDownLatch(1);
    try (Lab lab = Lab.open(plan, judge, output)) {
      Thread stop = Thread.ofPlatform().unstarted(() -> interrupt(lab::cancel, returned));
      Runtime.getRuntime().addShutdownHook(stop);
      LabReport report = reportOnly ? lab.report() : lab.run(new Progress(err));
      LabView.table(out, report);
      LabFiles.write(report, pictures, output).forEach(f -> out.println(f));
      out.flush();
      return ended(lab.cancelled(), stop);
    } finally {
      returned.countDown();
    }
  }

  private int measure(CurveStudy curves, PrintWriter out, PrintWriter err) {
    AtomicBoolean cancelled = new AtomicBoolean();
    CountDownLatch returned = new CountDownLatch(1);
    Thread stop =
        Thread.ofPlatform().unstarted(() -> interrupt(() -> cancelled.set(true), returned));
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      long start = System.nanoTime();
      long seconds = limit().map(Integer::longValue).orElse(Long.MAX_VALUE);
      Curves found =
          curves.measure(
              new CurveStudy.Conditions(
                  model,
                  judge,
                  device,
                  output,
                  quick,
                  () ->
                      cancelled.get()
                          || TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start) >= seconds,
                  line -> {
                    err.println(line);
                    err.flush();
                  }));
      Table.print(out, found.header(), found.rows());
      CurveFiles.write(found, curves.name(), output).forEach(f -> out.println(f));
      out.flush();
      return ended(cancelled.get(), stop);
    } finally {
      returned.countDown();
    }
  }

  private static int ended(boolean cancelled, Thread stop) {
    if (cancelled) {
      return Main.INTERRUPTED;
    }
    Runtime.getRuntime().removeShutdownHook(stop);
    return Main.DONE;
  }

  private LabPlan plan(PictureStudy pictures, Consumer<String> leftOut) {
    try {
      LabModels models = models();
      List<Setting> chosen = new ArrayList<>(pictures.settings());
      if (settings.isEmpty()) {
        chosen = models.suited(chosen, leftOut);
      }
      if (pictures.name().equals(Studies.ALL)) {
        Lab.drawn(output, models, leftOut).forEach(chosen::add);
      }
      Setting compared = reference.isEmpty() ? pictures.reference() : Setting.parse(reference);
      int wanted = pairs.orElse(quick ? QUICK_PAIRS : FULL_PAIRS);
      long first = Seeds.firstNamed(seed, wanted);
      return new LabPlan(
          models, chosen, compared, wanted, first, guidance, margin, device, limit());
    } catch (LabException e) {
      throw new UsageException(e.getMessage());
    }
  }

  /** Seconds after which nothing more is begun. */
  private Optional<Integer> limit() {
    if (minutes.filter(m -> m < 1 || m > 100_000).isPresent()) {
      throw new UsageException("--minutes must be 1 to 100000, got " + minutes.get());
    }
    return minutes.map(m -> 60 * m).or(() -> quick ? Optional.of(QUICK_SECONDS) : Optional.empty());
  }

  /** Ctrl-C: stop after the step at work, keep what is drawn, report on it. */
  private static void interrupt(Runnable cancel, CountDownLatch returned) {
    cancel.run();
    try {
      if (!returned.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("tandem: the lab did not stop within " + GRACE_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A line for each picture. */
  private record Progress(PrintWriter err) implements LabListener {
    @Override
    public void onPicture(int done, int all, LabResult r) {
      err.printf(
          java.util.Locale.ROOT,
          "%d/%d  %-26s %7.2f s  %s%n",
          done,
          all,
          r.setting(),
          r.seconds(),
          r.pair().prompt());
      err.flush();
    }
  }
}
