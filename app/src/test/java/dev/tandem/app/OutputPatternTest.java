package dev.tandem.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.orchestrator.Request;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputPatternTest {
  private static final List<Request> TWO =
      List.of(Request.of("red apple, flat style").withSeed(7), Request.of("Ä/b").withSeed(8));

  private static List<String> files(String pattern, List<Request> requests) {
    return new OutputPattern(pattern)
        .files(requests).stream().map(p -> p.toString().replace('\\', '/')).toList();
  }

  @Test
  void fillsPlaceholders() {
    assertThat(files("x/{index}-{seed}-{prompt}.png", TWO))
        .containsExactly("x/0000-7-red-apple-flat-style.png", "x/0001-8-Ä-b.png");
  }

  @Test
  void aFolderTakesTheDefaultName(@TempDir Path folder) {
    assertThat(files("pictures/", TWO))
        .containsExactly("pictures/red-apple-flat-style-7.png", "pictures/Ä-b-8.png");
    assertThat(files("pictures", TWO)).isEqualTo(files("pictures/", TWO));
    assertThat(files(folder.toString(), TWO.subList(0, 1)).getFirst())
        .endsWith("/red-apple-flat-style-7.png");
  }

  @Test
  void aFileIsAFile() {
    assertThat(files("apple.PNG", TWO.subList(0, 1))).containsExactly("apple.PNG");
  }

  @Test
  void twoPicturesInOneFileAreRefused() {
    assertThatThrownBy(() -> files("apple.png", TWO))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("pictures 0 and 1")
        .hasMessageContaining("{index}");
  }

  @Test
  void unknownPlaceholdersAreRefused() {
    assertThatThrownBy(() -> files("{model}.png", TWO)).hasMessageContaining("{model}.png");
  }

  @Test
  void namesWorkOnEverySystem() {
    assertThat(OutputPattern.slug("  a: \"b\" <c>|d?* ")).isEqualTo("a-b-c-d");
    assertThat(OutputPattern.slug("???")).isEqualTo("picture");
    assertThat(OutputPattern.slug("x".repeat(500))).hasSize(80);
  }
}
