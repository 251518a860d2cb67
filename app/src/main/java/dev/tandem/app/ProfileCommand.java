package dev.tandem.app;

import dev.tandem.devices.files.FileReason;
import dev.tandem.devices.files.TextFile;
import dev.tandem.devices.json.JsonFileException;
import dev.tandem.devices.profile.ProfileFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tandem profile check}: is a profile what it should be? */
@Command(
    name = "profile",
    mixinStandardHelpOptions = true,
    description = "Device profiles.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = ProfileCommand.Check.class)
final class ProfileCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = {
        "Checks files against profiles/profile.schema.json and for what no schema can say.",
        "Every problem is printed as FILE:LINE: FIELD: REASON."
      })
  static final class Check implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Profiles.")
    private List<Path> files;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      var out = spec.commandLine().getOut();
      var err = spec.commandLine().getErr();
      boolean good = true;
      SchemaCheck schema = SchemaCheck.of(Home.folder().resolve("profiles/profile.schema.json"));
      for (Path file : files) {
        List<String> problems = problems(schema, file);
        good &= problems.isEmpty();
        problems.forEach(err::println);
        if (problems.isEmpty()) {
          out.println(file + ": good");
        }
      }
      out.flush();
      err.flush();
      return good ? Main.DONE : Main.FAILED;
    }

    /** What the schema cannot say, too: for example that links name devices that exist. */
    private static List<String> problems(SchemaCheck schema, Path file) {
      try {
        String text = TextFile.read(file);
        List<String> problems = schema.problems(file, text);
        if (problems.isEmpty()) {
          ProfileFile.parse(file, text);
        }
        return problems;
      } catch (NoSuchFileException e) {
        return List.of(file + ": there is no such file");
      } catch (IOException e) {
        return List.of(file + ": cannot be read: " + FileReason.of(e));
      } catch (JsonFileException e) {
        return List.of(e.getMessage());
      }
    }
  }
}
