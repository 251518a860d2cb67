package dev.tandem.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.orchestrator.Request;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class OutputFilesTest {
  private static final Request LIKE = Request.of("");

  @Provide
  Arbitrary<List<String>> pieces() {
    return Arbitraries.of("{seed}", "{index}", "{prompt}", "-", "0", "1", "x").list().ofMaxSize(7);
  }

  @Provide
  Arbitrary<List<String>> prompts() {
    return Arbitraries.of("a", "a 1", "1", "10", "a 10 a", "0 1", "x", "1 x")
        .list()
        .ofMinSize(1)
        .ofMaxSize(4);
  }

  /** Against naming all of them. */
  @Property(tries = 3000)
  void twoPicturesWithOneFileAreFoundWithoutNamingAll(
      @ForAll("pieces") List<String> pieces,
      @ForAll("prompts") @Size(max = 4) List<String> prompts,
      @ForAll @IntRange(min = 1, max = 4) int count,
      @ForAll @IntRange(max = 12) int seed) {
    Series series = new Series(LIKE, prompts, count, seed);
    OutputPattern pattern = new OutputPattern("p" + String.join("", pieces) + ".png");
    List<Path> files;
    try {
      files = pattern.files(series);
    } catch (UsageException e) {
      return; // the check that names them all
    }
    Set<Path> names = new HashSet<>(files);
    assertThat(names).as("files of %s", pieces).hasSize(series.size());
  }

  @Test
  @Timeout(60)
  void aMillionPicturesAreNotNamedBeforehand() {
    int[] named = {0};
    List<Request> million = new Series(LIKE, List.of("apple"), 1_000_000, 7);
    List<Path> files =
        OutputFiles.of(
            "out/{prompt}-{seed}.png",
            million,
            (i, r) -> {
              named[0]++;
              return Path.of("out/" + i);
            });
    assertThat(named[0]).isZero();
    assertThat(files).hasSize(1_000_000);
    assertThat(files.get(999_999)).isEqualTo(Path.of("out/999999"));
  }

  @Test
  void aNumberThatAnotherRunsIntoDoesNotCount() {
    // "1" with seed 1 and "" with seed 11 would both be 11
    List<Request> two =
        List.of(LIKE.withPrompt("1").withSeed(11), LIKE.withPrompt("11").withSeed(1));
    assertThatThrownBy(() -> new OutputPattern("{prompt}{seed}").files(two))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("the same file '111.png'");
  }
}
