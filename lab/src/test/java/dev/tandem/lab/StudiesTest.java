package dev.tandem.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudiesTest {
  @TempDir Path folder;

  @BeforeEach
  void models() throws Exception {
    model("default", "{}", "DDIMScheduler");
    model("lcm", "{\"time_cond_proj_dim\": 64}", "LCMScheduler");
    model("steps-5", "{\"time_cond_proj_dim\": 64}", "DDIMScheduler");
    model("small", "{}", "DDIMScheduler");
  }

  private void model(String name, String unet, String scheduler) throws Exception {
    Path model = folder.resolve(name);
    Files.createDirectories(model.resolve("unet"));
    Files.createDirectories(model.resolve("scheduler"));
    Files.writeString(model.resolve("unet/config.json"), unet);
    Files.writeString(
        model.resolve("scheduler/scheduler_config.json"),
        "{\"_class_name\": \"" + scheduler + "\"}");
  }

  private LabModels find(String... pruned) {
    List<Path> folders = new ArrayList<>();
    for (String name : pruned) {
      folders.add(folder.resolve(name));
    }
    return LabModels.find(folder.resolve("default"), folders);
  }

  private PictureStudy study(String name, String... pruned) {
    return (PictureStudy) Studies.named(name, find(pruned), false);
  }

  @Test
  void everyNameIsAStudyAndOthersAreRefusedWithTheNames() {
    for (String name : Studies.names()) {
      assertThat(Studies.named(name, find("small"), true).name()).isEqualTo(name);
    }
    assertThatThrownBy(() -> study("quantization"))
        .isInstanceOf(LabException.class)
        .hasMessageContaining("no study 'quantization'")
        .hasMessageContaining(Studies.names().toString());
  }

  @Test
  void quantisationIsOfManyStepsAndOfFewWithAStudentToo() {
    assertThat(study("quantisation").settings())
        .containsExactlyElementsOf(
            Settings.parse(
                "dpmpp_2m-20,dpmpp_2m-20+w8,dpmpp_2m-20+w4,dpmpp_2m-20+w8+a8,"
                    + "dpmpp_2m-4,dpmpp_2m-4+w8,dpmpp_2m-4+w4,dpmpp_2m-4+w8+a8,"
                    + "lcm/lcm-4,lcm/lcm-4+w8,lcm/lcm-4+w4,lcm/lcm-4+w8+a8"));
  }

  @Test
  void pruningNeedsAPrunedFolder() {
    assertThatThrownBy(() -> study("pruning")).hasMessageContaining("--pruned");
    assertThat(study("pruning", "small").settings())
        .isEqualTo(Settings.parse("dpmpp_2m-20,small/dpmpp_2m-20"));
    assertThatThrownBy(() -> find("lcm")).hasMessageContaining("it is a student");
    assertThatThrownBy(() -> find("none")).hasMessageContaining("no unet/config.json");
    assertThatThrownBy(() -> find("small", "small")).hasMessageContaining("two pruned models");
  }

  /** What the lab would not learn in the same run could not be set against each other. */
  @Test
  void cachesHaveFewerStepsBesideThemAndOneReference() {
    PictureStudy caching = study("caching");
    assertThat(caching.reference()).isEqualTo(Setting.of("dpmpp_2m", 20));
    assertThat(caching.settings()).contains(caching.reference());
    assertThat(caching.settings().stream().filter(Setting::isPlain).map(Setting::steps))
        .contains(5, 7, 10, 15);
    // Caches are refused for students and few steps.
    assertThat(caching.settings().stream().filter(s -> !s.isPlain()))
        .hasSizeGreaterThan(5)
        .allMatch(s -> s.model().isEmpty() && s.steps() >= 8);
  }

  @Test
  void allIsTheUnionWithoutDoubles() {
    List<Setting> all = study("all", "small").settings();
    assertThat(all).doesNotHaveDuplicates();
    for (String name : List.of("samplers", "quantisation", "pruning", "caching")) {
      assertThat(all).containsAll(study(name, "small").settings());
    }
    assertThat(study("all").settings()).noneMatch(s -> s.model().equals("small"));
    assertThat(study("all").reference()).isEqualTo(study("samplers").reference());
  }

  @Test
  void formsThatDoNotSuitTheirModelAreLeftOutWithTheReason() {
    List<String> leftOut = new ArrayList<>();
    // These folders have no weights: no form can be opened, models as they are are not tried.
    assertThat(find().suited(Settings.parse("ddim-4,ddim-4+w8"), leftOut::add))
        .isEqualTo(Settings.parse("ddim-4"));
    assertThat(leftOut).hasSize(1).first().asString().startsWith("ddim-4+w8: ");
  }
}
