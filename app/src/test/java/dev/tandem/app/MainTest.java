package dev.tandem.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.lab.Studies;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class MainTest {
  private static final List<String> ALL =
      List.of(
          "generate",
          "compare",
          "plan",
          "calibrate",
          "profile",
          "quantize",
          "lab",
          "devices",
          "tune");

  @ParameterizedTest
  @ValueSource(strings = {"--help", "--debug", "genrate", "generate2", ""})
  void allCommandsAreKnownWhereTheFirstWordIsNone(String first) {
    CommandLine line = Main.line(new Main(), first, "generate");
    assertThat(line.getSubcommands().keySet()).containsExactlyElementsOf(ALL);
  }

  @Test
  void aCommandIsReadAloneAndAsAmongAll() {
    for (String name : ALL) {
      CommandLine alone = Main.line(new Main(), name, "--help");
      assertThat(alone.getSubcommands().keySet()).containsExactly(name);
      CommandLine command = alone.getSubcommands().get(name);
      CommandLine among = Main.line(new Main()).getSubcommands().get(name);
      assertThat(command.getUsageMessage()).isEqualTo(among.getUsageMessage());
      assertThat(command.getCommandSpec().findOption("--debug")).as(name).isNotNull();
    }
  }

  @Test
  void commandsAreCalledWhatTheyCallThemselves() {
    Main.line(new Main())
        .getSubcommands()
        .forEach(
            (name, line) ->
                assertThat(line.getCommand().getClass().getAnnotation(Command.class).name())
                    .isEqualTo(name));
  }

  /** The help is a constant, the names of the studies are not. */
  @Test
  void theLabsHelpNamesEveryStudy() {
    CommandLine lab = Main.line(new Main()).getSubcommands().get("lab");
    String help = String.join(" ", lab.getCommandSpec().findOption("--study").description());
    assertThat(help).contains(Studies.names());
  }
}
