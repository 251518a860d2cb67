package dev.tandem.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreeNamesTest {
  @TempDir private Path folder;

  @Test
  void nothingThatIsThereIsReplaced() throws Exception {
    Path wanted = folder.resolve("deep/a.png");
    assertThat(new FreeNames().write(wanted, new byte[] {1})).isEqualTo(wanted);
    assertThat(new FreeNames().write(wanted, new byte[] {2}))
        .isEqualTo(wanted.resolveSibling("a-2.png"));
    assertThat(new FreeNames().write(wanted, new byte[] {3}))
        .isEqualTo(wanted.resolveSibling("a-3.png"));
    assertThat(Files.readAllBytes(wanted)).containsExactly(1);
    assertThat(Files.readAllBytes(wanted.resolveSibling("a-2.png"))).containsExactly(2);
  }

  @Test
  void theSamePictureAgainKeepsItsName() {
    Path wanted = folder.resolve("a.png");
    for (int run = 0; run < 2; run++) {
      FreeNames names = new FreeNames();
      assertThat(names.write(wanted, new byte[] {1})).isEqualTo(wanted);
      assertThat(names.write(wanted, new byte[] {2})).isEqualTo(folder.resolve("a-2.png"));
      assertThat(names.write(wanted, new byte[] {3})).isEqualTo(folder.resolve("a-3.png"));
    }
    assertThat(folder.toFile().list()).hasSize(3);
  }

  @Test
  void aFolderOfThatNameIsNotInTheWay() throws Exception {
    Path wanted = Files.createDirectory(folder.resolve("a.png"));
    assertThat(new FreeNames().write(wanted, new byte[1])).isEqualTo(folder.resolve("a-2.png"));
  }
}
