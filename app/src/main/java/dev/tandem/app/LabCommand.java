package dev.tandem.app;

import dev.tandem.devices.files.WholeFile;
import dev.tandem.lab.Lab;
import dev.tandem.lab.LabException;
import dev.tandem.lab.LabFiles;
import dev.tandem.lab.LabListener;
import dev.tandem.lab.LabPlan;
import dev.tandem.lab.LabReport;
import dev.tandem.lab.LabResult;
import dev.tandem.lab.Setting;
import dev.tandem.lab.Settings;
import dev.tandem.orchestrator.request.Request;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tandem lab}: solvers and steps, by time and quality. */
@Command(
    name = "lab",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Measures how much time fewer steps save on this machine, and what they cost in quality.",
      "Cheap settings come first. Interrupted, it reports what there is, and goes on where it was",
      "when started again."
    })
final class LabCommand implements Callable<Integer> {
  private static final int GRACE_SECONDS = 60;
  private static final int QUICK_PAIRS = 8;
  private static final int QUICK_SECONDS = 85;
  private static final int FULL_PAIRS = 32;
  private static final Setting QUICK_REFERENCE = Setting.of("ddim", 100);
  private static final Setting FULL_REFERENCE = Setting.of("ddim", 1000);

  @Option(
      names = "--quick",
      description = "Within two minutes: 8 pairs, fewer settings, no more than 250 steps.")
  private boolean quick;

  @Option(
      names = "--settings",
      paramLabel = "LIST",
      description = "For example ddim-100,dpmpp_2m-10 or, of a student, lcm/lcm-4.")
  private String settings = "";

  @Option(
      names = "--reference",
      paramLabel = "SETTING",
      description = "Whose pictures PSNR compares with (default: ddim-1000; quick: ddim-100).")
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
    LabPlan plan = plan();
    WholeFile.check(output.resolve("lab.json"));
    CountDownLatch returned = new CountDownLatch(1);
    try (Lab lab = Lab.open(plan, judge, output)) {
      Thread stop = Thread.ofPlatform().unstarted(() -> interrupt(lab, returned));
      Runtime.getRuntime().addShutdownHook(stop);
      LabReport report = lab.run(new Progress(err));
      LabView.table(out, report);
      LabFiles.write(report, output).forEach(f -> out.println(f));
      out.flush();
      if (lab.cancelled()) {
        return Main.INTERRUPTED;
      }
      Runtime.getRuntime().removeShutdownHook(stop);
      return Main.DONE;
    } finally {
      returned.countDown();
    }
  }

  private LabPlan plan() {
    try {
      Map<String, Path> students = Settings.students(model);
      List<Setting> chosen = new ArrayList<>();
      if (settings.isEmpty()) {
        chosen.addAll(quick ? Settings.quick() : Settings.full());
        students.forEach((name, folder) -> chosen.addAll(Settings.ofStudent(name, folder)));
      } else {
        chosen.addAll(Settings.parse(settings));
      }
      Setting compared =
          reference.isEmpty() ? quick ? QUICK_REFERENCE : FULL_REFERENCE : Setting.parse(reference);
      int wanted = pairs.orElse(quick ? QUICK_PAIRS : FULL_PAIRS);
      if (minutes.filter(m -> m < 1 || m > 100_000).isPresent()) {
        throw new UsageException("--minutes must be 1 to 100000, got " + minutes.get());
      }
      Optional<Integer> limit =
          minutes.map(m -> 60 * m).or(() -> quick ? Optional.of(QUICK_SECONDS) : Optional.empty());
      long first = Seeds.firstNamed(seed, wanted);
      return new LabPlan(
          model, students, chosen, compared, wanted, first, guidance, margin, device, limit);
    } catch (LabException e) {
      throw new UsageException(e.getMessage());
    }
  }

  /** Ctrl-C: stop after the step at work, keep what is drawn, report on it. */
  private static void interrupt(Lab lab, CountDownLatch returned) {
    lab.cancel();
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
          "%d/%d  %-14s %7.2f s  %s%n",
          done,
          all,
          r.setting(),
          r.seconds(),
          r.pair().prompt());
      err.flush();
    }
  }
}
