package dev.tandem.app;

import dev.tandem.orchestrator.RequestException;
import dev.tandem.orchestrator.placement.PlacementException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
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
          new Subcommand("lab", LabCommand.class),
          new Subcommand("devices", DevicesCommand.class),
          new Subcommand("tune", TuneCommand.class));

  private record Subcommand(String name, Class<?> type) {}

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of an error.")
  private boolean debug;

  Main() {}

  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Runs a command line and returns its exit code. */
  static int run(String... args) {
    Main main = new Main();
    CommandLine line = line(main, args);
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
    return line.execute(args.length == 0 ? new String[] {"--help"} : args);
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
