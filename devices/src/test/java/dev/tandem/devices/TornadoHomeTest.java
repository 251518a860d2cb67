package dev.tandem.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TornadoHomeTest {
  private static final int JDK = 25;

  @TempDir Path home;

  private String problem() {
    return TornadoHome.problem(Optional.of(home.toString()), JDK).replace(home.toString(), "HOME");
  }

  @Test
  void whatIsWrongIsSaidInPartOfALine() throws IOException {
    assertThat(TornadoHome.problem(Optional.empty(), JDK)).startsWith("TORNADOVM_HOME is not set");
    assertThat(TornadoHome.problem(Optional.of("/gone"), JDK))
        .isEqualTo("TORNADOVM_HOME names '/gone', which is no folder");
    assertThat(TornadoHome.problem(Optional.of("\0"), JDK)).contains("which cannot be read");
    assertThat(problem())
        .startsWith("TORNADOVM_HOME names 'HOME', which is no TornadoVM: it has no");

    Path jars = Files.createDirectories(home.resolve("share/java/tornado"));
    Files.createFile(jars.resolve("tornado-runtime-5.2.0-jdk25.jar"));
    assertThat(problem()).contains("which is no TornadoVM");

    Path old = Files.createFile(jars.resolve("tornado-api-5.2.0-jdk21.jar"));
    assertThat(problem()).endsWith("TornadoVM 5.2.0-jdk21, which does not run on JDK 25");

    Files.move(old, jars.resolve("tornado-api-5.2.0-jdk25.jar"));
    assertThat(problem()).endsWith("which has neither a tornado-argfile nor its template");

    Files.createFile(home.resolve("tornado-argfile.template"));
    assertThat(problem())
        .endsWith("which has no tornado-argfile yet: HOME/bin/tornado --generate-argfile makes it");

    Files.createFile(home.resolve("tornado-argfile"));
    assertThat(problem())
        .isEqualTo("Java was started without the options of TornadoVM: java @HOME/tornado-argfile");
  }

  /** This test runs without TornadoVM, and its module is built elsewhere. */
  @Test
  void aMissingFamilySaysWhy() {
    assertThat(TornadoHome.problem()).isPresent();
    assertThat(catchThrowable(() -> Devices.open("tornado:0")))
        .isInstanceOf(DeviceException.class)
        .hasMessageStartingWith("unknown device 'tornado:0': ")
        .hasMessageContaining("; found: ")
        .hasMessageContaining(TornadoHome.problem().orElseThrow());
  }
}
