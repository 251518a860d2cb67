package dev.tandem.devices.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WholeFileTest {
  @TempDir private Path folder;

  private String[] names() {
    return folder.toFile().list();
  }

  private static String shell(String command) throws Exception {
    Process p = new ProcessBuilder("bash", "-c", command).redirectErrorStream(true).start();
    String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(p.waitFor()).as(command + ": " + out).isZero();
    return out.strip();
  }

  @Test
  void foldersAreMadeAndNothingElseStays() throws Exception {
    Path file = folder.resolve("a/b/c.txt");
    WholeFile.write(file, "crème");
    assertThat(file).hasContent("crème");
    assertThat(file.getParent().toFile().list()).containsExactly("c.txt");
  }

  @Test
  void theOldFileStaysUntilTheNewOneIsWhole() throws Exception {
    Path file = Files.writeString(folder.resolve("f"), "old");
    try (WholeFile whole = WholeFile.open(file)) {
      whole.stream().write(new byte[] {'n', 'e', 'w'});
      assertThat(file).hasContent("old");
      whole.commit();
      assertThat(file).hasContent("new");
      whole.commit();
      assertThat(file).hasContent("new");
    }
    assertThat(names()).containsExactly("f");
  }

  @Test
  void whatIsNotCommittedLeavesNothing() throws Exception {
    Path file = Files.writeString(folder.resolve("f"), "old");
    assertThatThrownBy(
            () ->
                WholeFile.write(
                    file,
                    out -> {
                      out.write("x".repeat(100_000));
                      throw new IOException("Broken off");
                    }))
        .isInstanceOf(FileWriteException.class)
        .hasMessage("cannot write '" + file + "': broken off");
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("f");
  }

  @Test
  void temporariesThatAKilledRunLeftDoNoHarm() throws Exception {
    Path file = folder.resolve("a.png");
    Files.write(folder.resolve(".a.png.tmp"), new byte[300_000]);
    Files.write(folder.resolve(".a.png.00000000.tmp"), new byte[300_000]);
    WholeFile.write(file, new byte[10]);
    assertThat(file).hasSize(10);
  }

  @Test
  void writersOfOneFileDoNotMix() throws Exception {
    Path file = folder.resolve("shared");
    IntStream.range(0, 40)
        .parallel()
        .forEach(i -> WholeFile.write(file, out -> out.write(("" + i % 10).repeat(50_000))));
    assertThat(Files.readString(file)).hasSize(50_000).matches("(\\d)\\1*");
    assertThat(names()).containsExactly("shared");
  }

  @Test
  void aLinkStaysAndItsTargetChanges() throws Exception {
    Path real = Files.writeString(Files.createDirectory(folder.resolve("d")).resolve("real"), "{}");
    Path link = Files.createSymbolicLink(folder.resolve("one"), Path.of("d", "real"));
    Path second = Files.createSymbolicLink(folder.resolve("two"), Path.of("one"));
    WholeFile.write(second, "new");
    assertThat(real).hasContent("new").isRegularFile();
    assertThat(link).isSymbolicLink();
    assertThat(second).isSymbolicLink();
    WholeFile.write(Files.createSymbolicLink(folder.resolve("three"), Path.of("later")), "made");
    assertThat(folder.resolve("later")).hasContent("made");
  }

  @Test
  void linksThatGoRoundAreNamed() throws Exception {
    Path a = Files.createSymbolicLink(folder.resolve("a"), folder.resolve("b"));
    Files.createSymbolicLink(folder.resolve("b"), a);
    assertThatThrownBy(() -> WholeFile.write(a, ""))
        .isInstanceOf(FileWriteException.class)
        .hasMessageStartingWith("cannot write '" + a + "': ");
  }

  @Test
  void aPipeIsWrittenAsAPipe() throws Exception {
    Path pipe = folder.resolve("pipe");
    shell("mkfifo " + pipe);
    CompletableFuture<String> read =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Files.readString(pipe);
              } catch (IOException e) {
                return e.toString();
              }
            });
    WholeFile.write(pipe, "through");
    assertThat(read.get()).isEqualTo("through");
    assertThat(shell("test -p " + pipe + " && echo pipe")).isEqualTo("pipe");
    assertThat(names()).containsExactly("pipe");
  }

  @Test
  void aPipeThatNobodyReadsIsAnError() throws Exception {
    Path pipe = folder.resolve("pipe");
    shell("mkfifo " + pipe);
    WholeFile.check(pipe);
    assertThatThrownBy(() -> InPlace.of(pipe, Duration.ofMillis(1)))
        .hasMessage("no program reads from this pipe");
  }

  @Test
  void devicesAreWrittenInPlace() throws Exception {
    WholeFile.write(Path.of("/dev/null"), "gone");
    assertThat(shell("test -c /dev/null && echo device")).isEqualTo("device");
    assertThatThrownBy(() -> WholeFile.write(Path.of("/dev/full"), "x"))
        .hasMessage("cannot write '/dev/full': no space left on device");
  }

  @Test
  void anOpenFileIsContinued() throws Exception {
    Path file = Files.writeString(folder.resolve("open"), "before ");
    try (var in = new java.io.RandomAccessFile(file.toFile(), "rw")) {
      String descriptor =
          Stream.of(new File("/proc/self/fd").list())
              .filter(f -> pointsTo(Path.of("/proc/self/fd", f), file))
              .findFirst()
              .orElseThrow();
      WholeFile.write(Path.of("/dev/fd", descriptor), "after");
      assertThat(in.length()).isEqualTo(12);
    }
    assertThat(file).hasContent("before after");
  }

  private static boolean pointsTo(Path link, Path file) {
    try {
      return Files.readSymbolicLink(link).equals(file.toRealPath());
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void permissionsComeFromTheOldFileElseFromTheUmask() throws Exception {
    Path fresh = folder.resolve("fresh");
    WholeFile.write(fresh, "");
    String byShell = shell("cd " + folder + " && touch t && stat -c %A t");
    assertThat(shell("stat -c %A " + fresh)).isEqualTo(byShell);
    Path old = Files.createFile(folder.resolve("old"));
    Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("rw-r-x-w-"));
    WholeFile.write(old, "new");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(old)))
        .isEqualTo("rw-r-x-w-");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /proc/a.png   | permission denied
          /proc/x/a.png | permission denied
          FOLDER        | is a folder
          FOLDER/.      | is a folder
          FILE/a.png    | 'FILE' is not a folder
          """)
  void theReasonIsTheSystems(String path, String reason) throws Exception {
    String file = Files.createFile(folder.resolve("file")).toString();
    Path bad = Path.of(path.replace("FOLDER", folder.toString()).replace("FILE", file));
    String message = "cannot write '" + bad + "': " + reason.replace("FILE", file);
    assertThatThrownBy(() -> WholeFile.write(bad, "x"))
        .isInstanceOf(FileWriteException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> WholeFile.check(bad)).hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(ints = {255, 256})
  void namesMayHave255Bytes(int length) {
    Path file = folder.resolve("x".repeat(length));
    if (length == 255) {
      WholeFile.check(file);
      WholeFile.write(file, "x");
      assertThat(file).hasContent("x");
    } else {
      String message = "cannot write '" + file + "': the name is too long";
      assertThatThrownBy(() -> WholeFile.write(file, "x")).hasMessage(message);
      assertThatThrownBy(() -> WholeFile.check(file)).hasMessage(message);
      Path deep = folder.resolve("no/such").resolve(file.getFileName());
      assertThatThrownBy(() -> WholeFile.check(deep)).hasMessageEndingWith("the name is too long");
    }
  }

  @Test
  void ofWritersOfOneNewNameOneWins() throws Exception {
    Path file = folder.resolve("new/name");
    long winners =
        IntStream.range(0, 20)
            .parallel()
            .filter(i -> WholeFile.writeNew(file, new byte[] {(byte) i}))
            .count();
    assertThat(winners).isEqualTo(1);
    assertThat(file).hasSize(1);
    assertThat(file.getParent().toFile().list()).containsExactly("name");
    Path dangling = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("gone"));
    assertThat(WholeFile.writeNew(dangling, new byte[1])).isFalse();
  }

  @Test
  void checkingChangesNothing() throws Exception {
    Path file = Files.writeString(folder.resolve("f"), "old");
    WholeFile.check(file);
    WholeFile.check(folder.resolve("deep/er/g"));
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("f");
  }
}
