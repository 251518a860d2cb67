package dev.tandem.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.files.CacheFolder;
import dev.tandem.kernels.cpu.NativeLibraries.Platform;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  /** A crash can leave blocks of zeros in a file whose size is right. */
  @Test
  void aDamagedLibraryIsMadeAgain(@TempDir Path home) throws Exception {
    Platform p = Platform.current();
    String library = p.openMp().orElse(p.oneDnn());
    CacheFolder cache = new CacheFolder(Map.of(), Optional.of(home), home);
    URL url = p.resource(library).orElseThrow();
    Path file = NativeLibraries.unpacked(url, library, cache);
    byte[] good = Files.readAllBytes(file);
    byte[] damaged = good.clone();
    Arrays.fill(damaged, good.length / 2, good.length, (byte) 0);
    Files.write(file, damaged);
    assertThat(NativeLibraries.unpacked(url, library, cache)).isEqualTo(file);
    assertThat(Files.readAllBytes(file)).isEqualTo(good);
    Files.write(file, new byte[0]);
    NativeLibraries.unpacked(url, library, cache);
    assertThat(Files.readAllBytes(file)).isEqualTo(good);
  }
}
