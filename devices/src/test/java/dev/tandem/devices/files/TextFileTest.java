package dev.tandem.devices.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFileTest {
  @TempDir private Path folder;

  @Test
  void aByteOrderMarkIsNoPartOfTheText() throws Exception {
    Path file = Files.writeString(folder.resolve("t"), "\uFEFFred \uFEFFapple");
    assertThat(TextFile.read(file)).isEqualTo("red \uFEFFapple");
    assertThat(TextFile.read(Files.writeString(file, "\uFEFF"))).isEmpty();
    assertThat(TextFile.read(Files.writeString(file, "a"))).isEqualTo("a");
  }

  @Test
  void utf16IsNamed() throws Exception {
    Path file = folder.resolve("t");
    for (var charset :
        List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      Files.write(file, "red apple".getBytes(charset));
      assertThatThrownBy(() -> TextFile.read(file)).hasMessageContaining("UTF-16");
    }
    Files.write(file, new byte[] {'a', (byte) 0xE9});
    assertThatThrownBy(() -> TextFile.read(file)).hasMessage("it is not UTF-8 text");
  }

  @Test
  void aFolderIsNoText() {
    assertThatThrownBy(() -> TextFile.read(folder))
        .isInstanceOfSatisfying(
            java.io.IOException.class, e -> assertThat(FileReason.of(e)).isEqualTo("is a folder"));
  }
}
