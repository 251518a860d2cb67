package dev.tandem.stages.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.stages.Json;
import dev.tandem.stages.checkpoint.SafeTensors;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NoiseScheduleTest {
  private static final Path GOLDEN =
      Json.root().resolve("stages/src/test/resources/samplers/noise_schedules.safetensors");

  @ParameterizedTest
  @ValueSource(strings = {"linear", "scaled_linear", "squaredcos_cap_v2"})
  void equalsTorchToTheLastBit(String betas) {
    assertThat(cumulative(betas, false)).isEqualTo(golden(betas));
  }

  @ParameterizedTest
  @ValueSource(strings = {"laplace", "sigmoid", "exp"})
  void isCloseToTorchWhereItsFunctionsDifferByARounding(String betas) {
    assertClose(cumulative(betas, false), golden(betas));
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear", "scaled_linear", "squaredcos_cap_v2", "laplace", "sigmoid"})
  void rescalesToZeroTerminalSnrAsDiffusersDoes(String betas) {
    float[] rescaled = cumulative(betas, true);

    assertClose(rescaled, golden(betas + "-zero"));
    assertThat(rescaled[rescaled.length - 1]).isZero();
    assertThat((double) rescaled[0]).isCloseTo(golden(betas)[0], withPercentage(1e-4));
  }

  @Test
  void takesTrainedBetas() {
    NoiseSchedule schedule =
        NoiseSchedule.of(new SchedulerConfig(Configs.json("{'trained_betas': [0.5, 0.25, 0]}")));

    assertThat(schedule.trainingSteps()).isEqualTo(3);
    assertThat(schedule.alphaCumprod(0)).isEqualTo(0.5f);
    assertThat(schedule.alphaCumprod(1)).isEqualTo(0.375f);
    assertThat(schedule.alphaCumprod(2)).isEqualTo(0.375f);
    assertThat(schedule.sigma(0)).isEqualTo(1f);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{'beta_schedule': 'cubic'}; beta_schedule is \"cubic\": supported are linear, scaled_linear",
        "{'beta_start': 'low'}; beta_start is \"low\": expected a number",
        "{'num_train_timesteps': 0}; num_train_timesteps is 0: at least 1 is needed",
        "{'num_train_timesteps': 10.5}; num_train_timesteps is 10.5: expected a whole number",
        "{'trained_betas': []}; trained_betas is []: expected a list of numbers",
        "{'trained_betas': [0.5, 1.5]}; beta of training step 1 is 1.5: it must lie between 0 and 1",
        "{'rescale_betas_zero_snr': 1}; rescale_betas_zero_snr is 1: expected true or false",
      })
  void refusesWhatItCannotHonour(String config, String message) {
    assertThatThrownBy(() -> NoiseSchedule.of(new SchedulerConfig(Configs.json(config))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void namesATimestepOutsideTheTraining() {
    NoiseSchedule schedule = NoiseSchedule.ofBetas(new float[] {0.1f, 0.2f});

    assertThatThrownBy(() -> schedule.alphaCumprod(2))
        .hasMessageStartingWith("timestep 2 is outside the model's 2 training steps");
  }

  private static float[] cumulative(String betas, boolean zero) {
    ObjectNode config =
        Configs.stableDiffusion("{}")
            .put("beta_schedule", betas)
            .put("rescale_betas_zero_snr", zero);
    NoiseSchedule schedule = NoiseSchedule.of(new SchedulerConfig(config));
    float[] values = new float[schedule.trainingSteps()];
    for (int t = 0; t < values.length; t++) {
      values[t] = schedule.alphaCumprod(t);
    }
    return values;
  }

  private static float[] golden(String name) {
    try (SafeTensors tensors = SafeTensors.open(GOLDEN)) {
      return tensors.get(name).toFloats();
    }
  }

  private static void assertClose(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int t = 0; t < expected.length; t++) {
      assertThat((double) actual[t])
          .as("timestep %d", t)
          .isBetween(expected[t] * 0.99999 - 1e-9, expected[t] * 1.00001 + 1e-9);
    }
  }
}
