package dev.tandem.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.lab.LabReport.Verdict;
import dev.tandem.stages.ModelOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Intervals, fronts, verdicts and names. */
class LabFiguresTest {
  /** An independent truth: mean +- 1.96 s / sqrt(n), which is right for many pairs. */
  @Test
  void intervalOfAMeanIsThatOfTheNormalDistribution() {
    Random random = new Random(3);
    double[] values = random.doubles(400).toArray();
    Interval i = MeanInterval.of(values);
    double mean = Arrays.stream(values).average().orElseThrow();
    double deviation =
        Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / 399);
    double half = 1.96 * deviation / 20;
    assertThat(i.value()).isCloseTo(mean, within(1e-12));
    assertThat(i.low()).isCloseTo(mean - half, within(0.15 * half));
    assertThat(i.high()).isCloseTo(mean + half, within(0.15 * half));
  }

  @Property(tries = 100)
  void nothingBeatsAMemberOfTheFrontAndEveryOtherIsBeaten(
      @ForAll @Size(min = 1, max = 12) List<@IntRange(min = 0, max = 99) Integer> points) {
    // A point's tens are its cost, its units its worth.
    List<Integer> front = Pareto.front(points, p -> p / 10, p -> p % 10);
    for (int p : points) {
      boolean beaten =
          points.stream()
              .anyMatch(
                  q ->
                      q / 10 <= p / 10 && q % 10 >= p % 10 && (q / 10 < p / 10 || q % 10 > p % 10));
      assertThat(front.contains(p)).as("%s in %s", p, points).isEqualTo(!beaten);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "-0.01, 0.01, EQUIVALENT",
    "0.005, 0.015, EQUIVALENT",
    "0.02, 0.5, BETTER",
    "0.005, 0.03, UNDECIDED",
    "-0.5, -0.021, WORSE",
    "-0.03, -0.01, UNDECIDED",
    "-0.08, -0.01, TOO_FEW_PAIRS",
    "-0.05, 0.05, TOO_FEW_PAIRS",
    "NaN, NaN, TOO_FEW_PAIRS"
  })
  void verdictsFollowTheWholeInterval(double low, double high, Verdict verdict) {
    assertThat(Verdict.of(new Interval(0, low, high), 0.02)).isEqualTo(verdict);
  }

  @Test
  void settingsHaveNames() {
    assertThat(Setting.parse("DPMPP_2m-10")).isEqualTo(Setting.of("dpmpp_2m", 10));
    assertThat(Setting.parse("lcm/lcm-4")).isEqualTo(new Setting("lcm", "lcm", 4));
    assertThat(Setting.parse("lcm/lcm-4").id()).isEqualTo("lcm/lcm-4");
    assertThat(Settings.parse("ddim-10,ddim-20")).hasSize(2);
    assertThat(Settings.full()).contains(Setting.of("ddpm", 1000), Setting.of("dpmpp_2m", 5));
  }

  @ParameterizedTest
  @CsvSource({
    "dpmpp_2m-20+w8+a8, dpmpp_2m-20+w8+a8, W8A8",
    "dpmpp_2m-20+A8+W8, dpmpp_2m-20+w8+a8, W8A8",
    "ddim-20+deep:3:0, ddim-20+deep:3, F32",
    "ddim-20+deep:3:1+w4, ddim-20+w4+deep:3:1, W4",
    "ddim-20+first-block:.050, ddim-20+first-block:0.05, F32",
    "ddim-20+first-block:0, ddim-20+first-block:0.0, F32",
    "Small-50/ddim-20+w8, Small-50/ddim-20+w8, W8"
  })
  void formsOfAModelAreBehindTheSteps(String text, String id, String precision) {
    Setting s = Setting.parse(text);
    assertThat(s.id()).isEqualTo(id);
    assertThat(Setting.parse(s.id())).isEqualTo(s);
    assertThat(FormText.precision(s.form())).isEqualTo(precision);
    assertThat(s.isPlain()).isFalse();
    assertThat(s.withForm(ModelOptions.DEFAULT).isPlain()).isTrue();
  }

  @Test
  void whatIsWrongWithAFormIsNamed() {
    assertThatThrownBy(() -> Setting.parse("ddim-20+w5"))
        .hasMessageContaining("'ddim-20+w5'")
        .hasMessageContaining("'w5' is no form; there are w8, w4, a8, deep:INTERVAL");
    assertThatThrownBy(() -> Setting.parse("ddim-20+a8")).hasMessageContaining("weights of 8 bits");
  }

  /** At 25 ms for a step with guidance and 30 ms for decoding, on two cores. */
  @Test
  void theQuickLabFitsInTwoMinutes() {
    int pairs = 8;
    double students = 0.0125 * (10 + 5 + 4 + 2 + 1) + 0.03 * 5;
    double own = Settings.quick().stream().mapToDouble(s -> 0.025 * s.steps() + 0.03).sum();
    assertThat(pairs * (own + students)).isLessThan(100);
  }

  @Test
  void cheapSettingsAreDrawnFirst() {
    LabPlan plan =
        new LabPlan(
            LabModels.of(Path.of("m")),
            Settings.parse("ddpm-1000,ddim-10,ddpm-250,ddim-100"),
            Setting.of("ddim", 1000),
            1,
            1,
            5,
            0.02,
            "cpu",
            Optional.empty());
    assertThat(plan.passes(List.of()))
        .extracting(LabRun.Pass::settings)
        .containsExactly(
            Settings.parse("ddim-10,ddim-100"),
            Settings.parse("ddpm-250"),
            Settings.parse("ddpm-1000,ddim-1000"));
  }

  @Test
  void studentsAreFoundBesideTheModelWithTheStepsTheyAreMadeFor(@TempDir Path models)
      throws Exception {
    student(models, "default", "{}", "DDIMScheduler");
    student(models, "lcm", "{\"time_cond_proj_dim\": 64}", "LCMScheduler");
    student(models, "steps-10", "{\"time_cond_proj_dim\": 64}", "DDIMScheduler");
    student(models, "guided", "{\"time_cond_proj_dim\": 64}", "DDIMScheduler");
    Map<String, Path> found = LabModels.find(models.resolve("default"), List.of()).students();
    assertThat(found.keySet()).containsExactly("guided", "lcm", "steps-10");
    assertThat(Settings.ofStudent("lcm", found.get("lcm")))
        .extracting(Setting::id)
        .containsExactly("lcm/lcm-4", "lcm/lcm-2", "lcm/lcm-1");
    assertThat(Settings.ofStudent("steps-10", found.get("steps-10")))
        .extracting(Setting::id)
        .containsExactly("steps-10/ddim-10");
    assertThat(Settings.ofStudent("guided", found.get("guided"))).isEmpty();
  }

  private static void student(Path models, String name, String unet, String scheduler)
      throws Exception {
    Path folder = models.resolve(name);
    Files.createDirectories(folder.resolve("unet"));
    Files.createDirectories(folder.resolve("scheduler"));
    Files.writeString(folder.resolve("unet/config.json"), unet);
    Files.writeString(
        folder.resolve("scheduler/scheduler_config.json"),
        "{\"_class_name\": \"" + scheduler + "\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ddim",
        "ddim-0",
        "ddim-1001",
        "-5",
        "a b-3",
        "",
        "ddim-4+",
        "ddim-4+w5",
        "ddim-4+a8",
        "ddim-4+w8+w4",
        "ddim-4+w4+a8",
        "ddim-4+deep:2+deep:3",
        "ddim-4+deep:0",
        "ddim-4+deep",
        "ddim-4+first-block:2",
        "ddim-4+w8++a8",
        "ddim-4 w8",
        "ddim-99999",
        "ddim-4+off"
      })
  void othersAreRefused(String text) {
    assertThatThrownBy(() -> Setting.parse(text)).isInstanceOf(LabException.class);
  }

  @Test
  void onlyWhatDrawsNoNoiseIsComparedPictureByPicture() {
    for (String name : List.of("ddim", "dpmpp_2m", "unipc", "heun", "euler", "plms")) {
      assertThat(LabPlan.isDeterministic(Setting.of(name, 4))).as(name).isTrue();
    }
    for (String name : List.of("ddpm", "euler_a", "dpmpp_2m_sde", "lcm", "euler_a_karras")) {
      assertThat(LabPlan.isDeterministic(Setting.of(name, 4))).as(name).isFalse();
    }
  }
}
