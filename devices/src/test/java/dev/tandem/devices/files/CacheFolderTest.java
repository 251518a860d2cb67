package dev.tandem.devices.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder that nobody can write, not even root: one below a file. */
class CacheFolderTest {
  @TempDir private Path folder;

  private CacheFolder cache(Map<String, String> environment, String home) {
    return new CacheFolder(environment, Optional.of(Path.of(home)), folder);
  }

  @Test
  void theVariableComesFirstThenTheHome() throws Exception {
    String home = folder.resolve("home").toString();
    Path xdg = folder.resolve("xdg");
    assertThat(cache(Map.of("XDG_CACHE_HOME", xdg.toString()), home).writable())
        .isEqualTo(xdg.resolve("tandem"))
        .isDirectory();
    assertThat(cache(Map.of("XDG_CACHE_HOME", "relative"), home).writable().toString())
        .startsWith(home)
        .endsWith("tandem");
  }

  @Test
  void withoutAHomeItIsAFolderOfThisUserThatOthersCannotWrite() throws Exception {
    CacheFolder cache = cache(Map.of("XDG_CACHE_HOME", "/dev/null/x"), "/dev/null/home");
    Path own = cache.writable();
    assertThat(own.getParent().getParent()).isEqualTo(folder);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own.getParent())))
        .isEqualTo("rwx------");
    assertThat(cache.writable()).isEqualTo(own);
    assertThat(new CacheFolder(Map.of(), Optional.empty(), folder).writable()).isEqualTo(own);
    Files.setPosixFilePermissions(own.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(cache::writable).hasMessageContaining("another user's");
  }

  @Test
  void whereNothingCanBeWrittenItSaysWhatToSet() {
    CacheFolder none =
        new CacheFolder(Map.of(), Optional.of(Path.of("/dev/null")), folder.resolve("gone"));
    assertThatThrownBy(none::writable)
        .hasMessageContaining("/dev/null")
        .hasMessageContaining("set XDG_CACHE_HOME");
  }
}
