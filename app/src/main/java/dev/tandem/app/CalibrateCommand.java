package dev.tandem.app;

import dev.tandem.devices.Devices;
import dev.tandem.devices.profile.ProfileFile;
import dev.tandem.planning.calibrate.Calibration;
import dev.tandem.planning.calibrate.Measurements;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tandem calibrate}: measures this machine for the planner. */
@Command(
    name = "calibrate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Measures what the stages of a model cost on the devices of this machine,",
      "and how much devices slow each other down. The result is a profile for 'tandem plan'."
    })
final class CalibrateCommand implements Callable<Integer> {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");

  @Option(
      names = {"--device", "--devices"},
      split = ";",
      paramLabel = "DEVICE",
      description =
          "To measure, separated by semicolons. Default: all but the reference device and"
              + " TornadoVM's.")
  private List<String> devices = new ArrayList<>();

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Whose stages to run. Default: the model that comes with Tandem.")
  private Path model = Home.folder().resolve("models").resolve("default");

  @Option(
      names = "--size",
      paramLabel = "WxH",
      description =
          "Size of a picture, for example 256x128; may be repeated. Default: the model's.")
  private List<String> sizes = new ArrayList<>();

  @Mixin private Precisions precisions = new Precisions();

  @Option(
      names = "--turns",
      paramLabel = "N",
      defaultValue = "9",
      description = "How often to measure everything in turn (default ${DEFAULT-VALUE}).")
  private int turns;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description =
          "The profile to write or to bring up to date. Default: this machine's own, in the"
              + " configuration folder.")
  private Path output = ProfileFile.ofThisMachine();

  @Option(names = "--quiet", description = "Print nothing but errors.")
  private boolean quiet;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    if (turns < 1 || turns > 1000) {
      throw new UsageException("--turns must be 1 to 1000, got " + turns);
    }
    ProfileOutput.check(output);
    PrintWriter err = spec.commandLine().getErr();
    Calibration.Effort usual = Calibration.Effort.USUAL;
    List<Calibration.Size> wanted = sizes.stream().map(CalibrateCommand::size).toList();
    List<String> ids = devices.isEmpty() ? Devices.usual() : devices;
    Calibration calibration =
        new Calibration(
            model,
            precisions.among(ids),
            new Calibration.Effort(wanted, turns, usual.pairRuns()),
            line -> {
              if (!quiet) {
                err.println(line);
                err.flush();
              }
            });
    Measurements m = calibration.measure(ids);
    ProfileFile.update(output, Calibration::blank, m::into);
    if (!quiet) {
      PrintWriter out = spec.commandLine().getOut();
      ProfileView.table(out, m.devices(), m.interference());
      out.println("written to " + output);
      out.flush();
    }
    return Main.DONE;
  }

  private static Calibration.Size size(String text) {
    Matcher m = SIZE.matcher(text);
    if (!m.matches() || m.group(1).matches("0+") || m.group(2).matches("0+")) {
      throw new UsageException("--size must be like 256x128, got '" + text + "'");
    }
    return new Calibration.Size(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)));
  }
}
