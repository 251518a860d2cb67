package dev.tandem.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.files.FileName;
import dev.tandem.devices.files.FileWriteException;
import dev.tandem.orchestrator.request.Request;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputPatternTest {
  private static final List<Request> TWO =
      List.of(Request.of("red apple, flat style").withSeed(7), Request.of("Ä/b").withSeed(8));

  @TempDir private Path folder;

  private static List<String> files(String text, List<Request> requests) {
    OutputPattern pattern = new OutputPattern(text);
    return IntStream.range(0, requests.size())
        .mapToObj(i -> pattern.file(i, requests.get(i)).toString().replace('\\', '/'))
        .toList();
  }

  @Test
  void fillsPlaceholders() {
    assertThat(files("x/{index}-{seed}-{prompt}.png", TWO))
        .containsExactly("x/0000-7-red-apple-flat-style.png", "x/0001-8-Ä-b.png");
  }

  @Test
  void aFolderTakesTheDefaultName() {
    assertThat(files("pictures/", TWO))
        .containsExactly("pictures/red-apple-flat-style-7.png", "pictures/Ä-b-8.png");
    assertThat(files("pictures", TWO)).isEqualTo(files("pictures/", TWO));
    assertThat(files("v1.5", TWO)).isEqualTo(files("v1.5/", TWO));
    assertThat(files(folder.toString(), TWO.subList(0, 1)).getFirst())
        .endsWith("/red-apple-flat-style-7.png");
  }

  @Test
  void aFileIsAFile() {
    assertThat(files("apple.PNG", TWO.subList(0, 1))).containsExactly("apple.PNG");
    assertThat(files("/dev/null", TWO.subList(0, 1))).containsExactly("/dev/null");
  }

  @Test
  void twoPicturesInOneFileAreRefused() {
    OutputPattern one = new OutputPattern(folder.resolve("apple.png").toString());
    one.check(TWO.subList(0, 1));
    assertThatThrownBy(() -> one.check(TWO))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("pictures 0 and 1")
        .hasMessageContaining("{index}");
  }

  @Test
  void unknownPlaceholdersAreRefused() {
    assertThatThrownBy(() -> files("{model}.png", TWO)).hasMessageContaining("{model}.png");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"apple.jpg", "a/b.JPEG", "{prompt}.webp", "x.tiff", "-", "", " ", "apple.png.gif"})
  void otherFormatsAreRefused(String output) {
    assertThatThrownBy(() -> new OutputPattern(output))
        .isInstanceOf(UsageException.class)
        .hasMessageMatching("(?s).*(PNG only|empty).*");
  }

  @Test
  void aFolderMayBeNamedLikeAPicture() throws Exception {
    assertThat(files("old.jpg/", TWO)).allMatch(f -> f.startsWith("old.jpg/"));
    Path jpg = Files.createDirectory(folder.resolve("there.jpg"));
    assertThat(files(jpg.toString(), TWO)).allMatch(f -> f.startsWith(jpg.toString()));
  }

  @Test
  void aFolderThatCannotBeWrittenIsFoundBefore() throws Exception {
    assertThatThrownBy(() -> new OutputPattern("/proc/a.png").check(TWO.subList(0, 1)))
        .isInstanceOf(FileWriteException.class)
        .hasMessage("cannot write '/proc/a.png': permission denied");
    String file = Files.createFile(folder.resolve("file")).toString();
    assertThatThrownBy(() -> new OutputPattern(file).check(TWO))
        .hasMessageEndingWith("'" + file + "' is not a folder");
    new OutputPattern(folder + "/new/{prompt}/{seed}.png").check(TWO);
    assertThat(folder.toFile().list()).containsExactly("file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"红", "😀", "e\u0301", "अ", "x", "👩‍👩‍👧", "𓀀", "กำ"})
  void namesFitIntoWhatTheSystemTakes(String letter) throws Exception {
    Request r = Request.of(letter.repeat(200)).withSeed(Long.MAX_VALUE);
    for (String pattern :
        List.of("{prompt}-{seed}.png", "{index}-{prompt}-{prompt}-{seed}.png", "{prompt}/a.png")) {
      Path file = new OutputPattern(folder + "/" + pattern).file(123_456, r);
      for (Path part : folder.relativize(file)) {
        assertThat(FileName.bytes(part.toString())).isLessThanOrEqualTo(247);
      }
      Files.createDirectories(file.getParent());
      assertThat(Files.createFile(file)).exists();
      assertThat(file.toString()).doesNotContain("\uFFFD").matches(s -> s.length() > 5);
    }
  }

  @Test
  void namesWorkOnEverySystem() {
    assertThat(OutputPattern.slug("  a: \"b\" <c>|d?* ")).isEqualTo("a-b-c-d");
    assertThat(OutputPattern.slug("???")).isEqualTo("picture");
    assertThat(OutputPattern.slug("..")).isEqualTo("picture");
    assertThat(OutputPattern.slug("\0\u001b\n")).isEqualTo("picture");
    assertThat(OutputPattern.slug("CON")).isEqualTo("picture-CON");
    assertThat(OutputPattern.slug("हिन्दी cre\u0300me")).isEqualTo("हिन्दी-cre\u0300me");
    assertThat(OutputPattern.slug("x".repeat(500))).hasSize(80);
  }
}
