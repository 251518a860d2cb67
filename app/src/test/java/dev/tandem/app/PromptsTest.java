package dev.tandem.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptsTest {
  private static InputStream in(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void argumentsThenFilesThenStandardInput(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("p.txt"), "  one \n\ntwo 日本\r\n");
    assertThat(Prompts.collect(List.of("zero"), List.of(file.toString(), "-"), in("three\n")))
        .containsExactly("zero", "one", "two 日本", "three");
    assertThat(Prompts.collect(List.of("-"), List.of(), in("a\nb"))).containsExactly("a", "b");
  }

  @Test
  void problemsNameTheFile(@TempDir Path folder) throws Exception {
    assertThatThrownBy(() -> Prompts.collect(List.of(), List.of("gone.txt"), in("")))
        .hasMessage("cannot read prompts from 'gone.txt': no such file");
    Path binary = Files.write(folder.resolve("b.txt"), new byte[] {(byte) 0xff, (byte) 0xff});
    assertThatThrownBy(() -> Prompts.collect(List.of(), List.of(binary.toString()), in("")))
        .hasMessageContaining("not UTF-8");
    assertThatThrownBy(() -> Prompts.collect(List.of(), List.of(), in("")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("no prompt");
  }

  @Test
  void aByteOrderMarkIsNoPartOfAPrompt(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("p.txt"), "\uFEFFred apple\r\ntiger face\r\n");
    assertThat(Prompts.collect(List.of("-"), List.of(file.toString()), in("\uFEFFone")))
        .containsExactly("one", "red apple", "tiger face");
    Path wide = Files.write(folder.resolve("u.txt"), "red".getBytes(StandardCharsets.UTF_16));
    assertThatThrownBy(() -> Prompts.collect(List.of(), List.of(wide.toString()), in("")))
        .hasMessage("cannot read prompts from '" + wide + "': it is UTF-16 text, save it as UTF-8");
    assertThatThrownBy(() -> Prompts.collect(List.of(), List.of(folder.toString()), in("")))
        .hasMessageEndingWith("is a folder");
  }
}
