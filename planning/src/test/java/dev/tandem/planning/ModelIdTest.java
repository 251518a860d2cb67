package dev.tandem.planning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.stages.checkpoint.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelIdTest {
  @TempDir Path folder;
  private Path copy;

  @BeforeEach
  void copyConfigs() throws IOException {
    copy = folder.resolve("default");
    try (Stream<Path> all = Files.walk(Samples.MODEL, 2)) {
      List<Path> configs = all.filter(f -> f.toString().endsWith(".json")).toList();
      for (Path f : configs) {
        Path to = copy.resolve(Samples.MODEL.relativize(f).toString());
        Files.createDirectories(to.getParent());
        Files.copy(f, to);
      }
    }
  }

  private static ModelId id(Path model) {
    return ModelId.of(ModelFolder.open(model));
  }

  private void change(String file, String from, String to) throws IOException {
    Path f = copy.resolve(file);
    String text = Files.readString(f);
    String changed = text.replaceFirst(from, to);
    assertThat(changed).isNotEqualTo(text);
    Files.writeString(f, changed);
  }

  @Test
  void aCopyIsTheSameModelWhereverItLies() {
    assertThat(id(copy)).isEqualTo(id(Samples.MODEL));
    assertThat(id(copy).name()).isEqualTo("default");
    assertThat(id(copy).digest().orElseThrow()).matches("[0-9a-f]{12}");
  }

  @Test
  void anotherNetworkIsAnotherModel() throws IOException {
    change("unet/config.json", "\"sample_size\": *\\d+", "\"sample_size\": 999");
    assertThat(id(copy).name()).isEqualTo("default");
    assertThat(id(copy).digest()).isNotEqualTo(id(Samples.MODEL).digest());
  }

  @Test
  void orderNotesAndTheSamplerDoNotCount() throws IOException {
    change("unet/config.json", "\\{", "{\"_note\": 1, \"zzz\": {\"b\": 1, \"a\": 2},");
    ModelId before = id(copy);
    change("unet/config.json", "\"b\": 1, \"a\": 2", "\"a\": 2, \"b\": 1");
    change("unet/config.json", "\"_note\": 1", "\"_note\": 2");
    change("scheduler/scheduler_config.json", "\\{", "{\"zzz\": 1,");
    assertThat(id(copy)).isEqualTo(before);
  }
}
