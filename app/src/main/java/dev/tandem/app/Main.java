package dev.tandem.app;

import dev.tandem.devices.Devices;
import dev.tandem.orchestrator.placement.PlacementException;
import dev.tandem.orchestrator.request.RequestException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;

/** Entry point. Exit codes: 0 done, 1 failed, 2 bad usage, 130 interrupted. */
@Command(
    name = "tandem",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Makes pictures from prompts on every device of this machine.")
public final class Main {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int INTERRUPTED = 130;

  private static final List<Subcommand> SUBCOMMANDS =
      List.of(
          new Subcommand("generate", GenerateCommand.class),
          new Subcommand("compare", CompareCommand.class),
          new Subcommand("plan", PlanCommand.class),
          new Subcommand("calibrate", CalibrateCommand.class),
          new Subcommand("profile", ProfileCommand.class),
          new Subcommand("quantize", QuantizeCommand.class),
          new Subcommand("lab", LabCommand.class),
          new Subcommand("devices", DevicesCommand.class),
          new Subcommand("tune", TuneCommand.class));

  private record Subcommand(String name, Class<?> type) {}

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of an error, and which devices are left out and why.")
  private boolean debug;

  Main() {}

  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Runs a command line and returns its exit code. */
  static int run(String... args) {
    Main main = new Main();
    StandardOutput out = new StandardOutput();
    PrintWriter err =
        new PrintWriter(
            new EscapingWriter(new OutputStreamWriter(System.err, System.err.charset())), true);
    Optional<String> lost = Locales.lost(args);
    if (lost.isPresent()) {
      err.println("tandem: " + lost.get());
      return USAGE;
    }
    CommandLine line = line(main, args);
    line.setOut(out.writer());
    line.setErr(err);
    line.setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF)); // control characters are escaped
    line.setExpandAtFiles(false); // a prompt may begin with @
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(Main::badUsage);
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          if (main.debug) {
            e.printStackTrace(command.getErr());
          }
          command.getErr().println("tandem: " + message(e));
          command.getErr().flush();
          return isUsage(e) ? USAGE : FAILED;
        });
    line.setExecutionStrategy(
        parsed -> {
          if (main.debug) {
            Devices.leftOut().forEach(l -> line.getErr().println("tandem: " + l));
          }
          return new RunLast().execute(parsed);
        });
    int code = main.execute(line, args.length == 0 ? new String[] {"--help"} : args);
    Optional<String> problem = out.problem();
    problem.ifPresent(p -> err.println("tandem: cannot write standard output: " + p));
    return problem.isPresent() && code == DONE ? FAILED : code;
  }

  /**
   * With the command that the first word names, else with all of them: reading the options of all
   * takes longer than starting the virtual machine.
   */
  static CommandLine line(Main main, String... args) {
    CommandLine line = new CommandLine(main);
    List<Subcommand> named =
        SUBCOMMANDS.stream().filter(c -> args.length > 0 && c.name().equals(args[0])).toList();
    for (Subcommand c : named.isEmpty() ? SUBCOMMANDS : named) {
      line.addSubcommand(c.name(), c.type());
    }
    return line;
  }

  /** Runs a command; an error, which picocli lets through, ends it as an exception does. */
  private int execute(CommandLine line, String[] args) {
    try {
      return line.execute(args);
    } catch (Error e) {
      if (debug) {
        e.printStackTrace(line.getErr());
      }
      line.getErr().println("tandem: " + message(e));
      return FAILED;
    }
  }

  private static boolean isUsage(Exception e) {
    return e instanceof UsageException
        || e instanceof RequestException
        || e instanceof PlacementException;
  }

  private static int badUsage(CommandLine.ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    command.getErr().println("tandem: " + e.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(e, command.getErr());
    command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    command.getErr().flush();
    return USAGE;
  }

  /** One line that says what went wrong. */
  static String message(Throwable e) {
    String text = e.getMessage();
    if (e instanceof OutOfMemoryError) {
      return "out of memory (" + text + "); make fewer or smaller pictures";
    }
    if (e instanceof InvalidPathException path && !Locales.isUtf8()) {
      return "'" + path.getInput() + "' is no file name here; " + Locales.ADVICE;
    }
    return text == null || text.isBlank() ? e.toString() + " (use --debug)" : text.strip();
  }

  /** Reads the version that the build wrote into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String v = Main.class.getPackage().getImplementationVersion();
      return new String[] {"Tandem " + (v == null ? "(unpackaged)" : v)};
    }
  }
}
