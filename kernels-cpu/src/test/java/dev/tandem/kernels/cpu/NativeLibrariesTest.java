package dev.tandem.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.DeviceException;
import dev.tandem.kernels.cpu.NativeLibraries.Platform;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class NativeLibrariesTest {

  @Test
  void namesThePlatformsThatExist() {
    assertThat(Platform.of("Linux", "amd64").folder()).isEqualTo("linux-x86_64");
    assertThat(Platform.of("Linux", "aarch64").folder()).isEqualTo("linux-arm64");
    assertThat(Platform.of("Mac OS X", "aarch64").folder()).isEqualTo("macosx-arm64");
    assertThat(Platform.of("Mac OS X", "x86_64").folder()).isEqualTo("macosx-x86_64");
    assertThat(Platform.of("Windows 11", "amd64").folder()).isEqualTo("windows-x86_64");
    assertThatThrownBy(() -> Platform.of("SunOS", "sparcv9"))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("SunOS");
  }

  @Test
  void unpacksOnceAndSideBySide() throws Exception {
    Platform p = Platform.current();
    Path library = NativeLibraries.file(p, p.oneDnn());
    assertThat(Files.size(library)).isGreaterThan(1 << 20);
    var time = Files.getLastModifiedTime(library);
    assertThat(NativeLibraries.file(p, p.oneDnn())).isEqualTo(library);
    assertThat(Files.getLastModifiedTime(library)).isEqualTo(time);
    p.openMp()
        .ifPresent(o -> assertThat(NativeLibraries.file(p, o)).hasParent(library.getParent()));
  }
}
