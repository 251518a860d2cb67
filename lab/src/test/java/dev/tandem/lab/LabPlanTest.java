package dev.tandem.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who is compared with whom, and what has to be drawn for that. */
class LabPlanTest {
  private static final LabModels MODELS =
      new LabModels(
          Path.of("m"), Map.of("lcm", Path.of("lcm")), Map.of("small", Path.of("small")), Map.of());

  private static LabPlan plan(String settings, String reference) {
    return new LabPlan(
        MODELS,
        Settings.parse(settings),
        Setting.parse(reference),
        4,
        1,
        5,
        0.02,
        "cpu",
        Optional.empty());
  }

  private static String referenceOf(String setting) {
    return plan(setting, "ddim-1000")
        .referenceOf(Setting.parse(setting))
        .map(Setting::id)
        .orElse("none");
  }

  @Test
  void aFormIsComparedWithTheSameWithoutIt() {
    assertThat(referenceOf("dpmpp_2m-20+w8+deep:3")).isEqualTo("dpmpp_2m-20");
    assertThat(referenceOf("lcm/lcm-4+w8")).isEqualTo("lcm/lcm-4");
    assertThat(referenceOf("euler_a-20+w8")).isEqualTo("euler_a-20");
    assertThat(referenceOf("small/ddim-20")).isEqualTo("ddim-20");
    assertThat(referenceOf("small/ddim-20+w8")).isEqualTo("ddim-20");
    assertThat(referenceOf("ddim-20")).isEqualTo("ddim-1000");
    assertThat(referenceOf("ddim-1000")).isEqualTo("none");
    assertThat(referenceOf("euler_a-20")).isEqualTo("none");
    assertThat(referenceOf("lcm/lcm-4")).isEqualTo("none");
  }

  @Test
  void onlyWhatSomebodyIsComparedWithIsDrawnBesideTheSettings() {
    assertThat(plan("ddim-20+w8", "ddim-1000").drawn())
        .isEqualTo(Settings.parse("ddim-20+w8,ddim-20"));
    assertThat(plan("ddim-20,ddim-20+w8", "ddim-1000").drawn())
        .isEqualTo(Settings.parse("ddim-20,ddim-20+w8,ddim-1000"));
    assertThat(plan("lcm/lcm-4", "ddim-1000").drawn()).isEqualTo(Settings.parse("lcm/lcm-4"));
  }

  @Test
  void whatFormsAreComparedWithIsDrawnOnceMoreFromOtherSeeds() {
    LabPlan plan = plan("ddim-20,ddim-20+w8,ddim-20+w4,lcm/lcm-4+w8,ddim-250", "ddim-1000");
    assertThat(plan.reseeded()).isEqualTo(Settings.parse("ddim-20,lcm/lcm-4"));
    List<LabPair> pairs = LabPrompts.pairs(List.of("apple"), 4, -3); // the largest seeds
    List<LabRun.Pass> passes = plan.passes(pairs);
    assertThat(passes).hasSize(4);
    assertThat(passes.get(1).settings()).isEqualTo(plan.reseeded());
    assertThat(passes.get(1).pairs())
        .extracting(LabPair::prompt)
        .isEqualTo(pairs.stream().map(LabPair::prompt).toList());
    assertThat(passes.get(1).pairs())
        .extracting(LabPair::seed)
        .doesNotContainAnyElementsOf(pairs.stream().map(LabPair::seed).toList())
        .doesNotHaveDuplicates();
    assertThat(plan("ddim-20,ddim-10", "ddim-100").reseeded()).isEmpty();
  }

  @Test
  void aQuantisedFolderDrawsTheSettingsOfItsForm() {
    LabModels models =
        new LabModels(
            Path.of("m"),
            Map.of("lcm", Path.of("lcm")),
            Map.of(),
            Map.of("+w8a8", Path.of("q"), "lcm+w4", Path.of("lcm-q")));
    assertThat(models.folder(Setting.parse("ddim-20+w8+a8+deep:3"))).isEqualTo(Path.of("q"));
    assertThat(models.folder(Setting.parse("ddim-20+w8"))).isEqualTo(Path.of("m"));
    assertThat(models.folder(Setting.parse("ddim-20"))).isEqualTo(Path.of("m"));
    assertThat(models.folder(Setting.parse("lcm/lcm-4+w4"))).isEqualTo(Path.of("lcm-q"));
    assertThat(models.folder(Setting.parse("lcm/lcm-4+w8+a8"))).isEqualTo(Path.of("lcm"));
    assertThat(models.others())
        .containsOnlyKeys("student lcm", "quantised model +w8a8", "quantised model lcm+w4");
    assertThatThrownBy(() -> models.withQuantized("tiny=q"))
        .hasMessageContaining("names a model 'tiny'; there are [lcm]");
  }

  @Test
  void modelsThatAreNotThereAreRefused() {
    assertThatThrownBy(() -> plan("tiny/ddim-20", "ddim-100"))
        .isInstanceOf(LabException.class)
        .hasMessageContaining("needs a model 'tiny'; there are [lcm, small]")
        .hasMessageContaining("--pruned");
    assertThatThrownBy(
            () ->
                new LabModels(
                    Path.of("m"), Map.of("a", Path.of("a")), Map.of("a", Path.of("b")), Map.of()))
        .hasMessageContaining("'a'");
  }
}
