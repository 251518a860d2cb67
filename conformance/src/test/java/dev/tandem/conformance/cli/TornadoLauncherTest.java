package dev.tandem.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.conformance.cli.Shell.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When {@code ./tandem} starts with TornadoVM and what it says where it cannot. Needs none. */
class TornadoLauncherTest {
  private static final String UNSET = "env -u TORNADOVM_HOME ";

  @TempDir Path folder;

  /** The named file, which is empty, is all that there is of TornadoVM. */
  private String home(String file) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.createFile(path);
    return "env TORNADOVM_HOME=" + folder + " ";
  }

  private static Result launcher(String environment, String function) {
    String source = "source app/launcher/jdk.sh; find_jdk; source app/launcher/tornado.sh; ";
    return Shell.run(environment + "bash -c '" + source + function + "'");
  }

  private static void assertOneLine(String environment, String problem) {
    Result r = Shell.run(environment + "./tandem generate apple --device tornado:0");
    assertThat(r.exitCode()).isEqualTo(1);
    assertThat(r.err()).contains("device 'tornado:0': ").contains(problem);
    assertThat(r.err().lines().filter(l -> !l.startsWith("tandem: building"))).hasSize(1);
  }

  @Test
  void withoutTheVariableItIsNamed() {
    assertOneLine(UNSET, "TORNADOVM_HOME is not set (docs/tornadovm.md)");
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    assertOneLine("env TORNADOVM_HOME=/gone ", "TORNADOVM_HOME names '/gone', which is no folder");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          bin/tornado                                      | which is no TornadoVM: it has no share/
          share/java/tornado/tornado-api-5.2.0-jdk21.jar   | TornadoVM 5.2.0-jdk21, which does not run
          share/java/tornado/tornado-api-5.2.0-jdk2525.jar | TornadoVM 5.2.0-jdk2525, which does not
          """)
  void aFolderThatIsNoFittingTornadoVmIsNamed(String file, String problem) throws IOException {
    assertOneLine(home(file), "names '" + folder + "', " + problem);
  }

  @Test
  void missingOptionsAreNamed() throws IOException {
    int jdk = Runtime.version().feature();
    assertOneLine(
        home("share/java/tornado/tornado-api-9-jdk" + jdk + ".jar"),
        "which has neither a tornado-argfile nor its template");
  }

  @Test
  void whoAsksForAnotherDeviceIsNotBothered() {
    Result r =
        Shell.run(
            "env TORNADOVM_HOME=/gone ./tandem generate tornado --steps 1 --quiet --output "
                + folder.resolve("a.png"));
    assertThat(r.exitCode()).as(r.err()).isZero();
    assertThat(r.err().lines().filter(l -> !l.startsWith("tandem: building"))).isEmpty();
  }

  @Test
  void theTableOfDevicesStillComesAndSaysWhatIsWrong() {
    Result r = Shell.run("env TORNADOVM_HOME=/gone ./tandem devices --no-probe --json");
    assertThat(r.exitCode()).as(r.err()).isZero();
    assertThat(r.out()).startsWith("[").contains("\"cpu\"").doesNotContain("tornado");
    assertThat(r.err()).contains("tandem: no TornadoVM: TORNADOVM_HOME names '/gone'");
    assertThat(Shell.run(UNSET + "./tandem devices --no-probe").err()).doesNotContain("Tornado");
  }

  private int asks(String environment, String arguments) {
    return launcher(environment, "asks_for_tornado " + arguments).exitCode();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "devices",
        "--debug devices --json",
        "generate apple --device tornado",
        "generate apple --device=tornado:0",
        "generate apple --vae-device tornado:1,kernels=java",
        "generate apple --strategy data --devices cpu,tornado:0",
        "compare --devices \"cpu; tornado:0,kernels=java\"",
        "generate apple --placement FOLDER/tornado.json",
        "compare --placement=FOLDER/tornado.json",
        "generate apple --placement /dev/stdin"
      })
  void itStartsWithTornadoVmWhereADeviceOfItIsAskedFor(String arguments) throws IOException {
    Files.writeString(folder.resolve("tornado.json"), "{\"lanes\": [{\"text\": \"tornado:0\"}]}");
    String here = arguments.replace("FOLDER", folder.toString());
    assertThat(asks("env TORNADOVM_HOME=/opt/tornadovm ", here)).isZero();
    assertThat(asks(UNSET, here)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--help",
        "generate devices",
        "generate \"a tornado over the sea\" --device cpu",
        "generate apple --output tornado.png --model models/tornado",
        "generate apple --placement FOLDER/cpu.json"
      })
  void itStartsAsUsualOtherwise(String arguments) throws IOException {
    Files.writeString(folder.resolve("cpu.json"), "{\"lanes\": [{\"text\": \"cpu\"}]}");
    String here = arguments.replace("FOLDER", folder.toString());
    assertThat(asks("env TORNADOVM_HOME=/opt/tornadovm ", here)).isEqualTo(1);
  }

  /** With its template alone, as TornadoVM comes; a path may hold a blank. */
  @Test
  void theOptionsAreThoseOfTheTemplateForThisFolder() throws IOException {
    Path home = Files.createDirectory(folder.resolve("tornado vm"));
    Files.writeString(
        home.resolve("tornado-argfile.template"),
        """
        -Djava.library.path=${TORNADOVM_HOME}/lib
        --module-path .:${TORNADOVM_HOME}/share/java/tornado
        --add-modules ALL-SYSTEM,tornado.runtime
        """);
    Result r = launcher("env TORNADOVM_HOME=\"" + home + "\" ", "tornado_options");
    assertThat(r.out())
        .isEqualTo(
            """
            -Djava.library.path="HOME"/lib
            --module-path "HOME"/share/java/tornado
            --add-modules tornado.runtime
            -Dtornado.recover.bailout=False
            """
                .replace("HOME", home.toString()));
  }
}
