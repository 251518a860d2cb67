package dev.tandem.stages.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.stages.Json;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplersTest {
  /** Large outputs reach the limit; who cannot limit must not be asked to. */
  @Test
  void thresholdingChangesExactlyTheSamplersThatClaimIt() {
    for (String name : Samplers.names()) {
      JsonNode config = Configs.stableDiffusion("{\"clip_sample\": false}");
      boolean takes = Samplers.thresholdingNames().contains(name);
      boolean changed =
          !Arrays.equals(
              firstStep(Samplers.of(name, config, 8)),
              firstStep(Samplers.of(name, Samplers.withThresholding(config, 0.9, 3), 8)));
      assertThat(changed).as(name).isEqualTo(takes);
      if (takes) {
        Samplers.requireThresholding(name);
      } else {
        assertThatThrownBy(() -> Samplers.requireThresholding(name)).hasMessageContaining(name);
      }
    }
    Samplers.requireThresholding("dpmpp_2m_karras");
    Samplers.requireThresholding("dpmpp_3s");
  }

  private static float[] firstStep(Sampler sampler) {
    float[] start = {3, -2, 1, 0.5f, 0, 40};
    return sampler.sample(sampler.next(sampler.start(start), start, float[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "ddim, ddim",
    "DDIM, ddim",
    "PLMS, plms",
    "Euler, euler",
    "Euler a, euler_a",
    "euler_a_karras, euler_a_karras",
    "LMS Karras, lms_karras",
    "Heun, heun",
    "DPM++ 2M, dpmpp_2m",
    "DPM++ 2M Karras, dpmpp_2m_karras",
    "dpm++ 2m karras, dpmpp_2m_karras",
    "DPM++ 2M Exponential, dpmpp_2m_exponential",
    "DPM++ 2M SDE, dpmpp_2m_sde",
    "DPM++ 2M SDE Karras, dpmpp_2m_sde_karras",
    "dpmpp_2m_beta, dpmpp_2m_beta",
    "dpmpp_3m, dpmpp_3m",
    "dpmpp_2s_exponential, dpmpp_2s_exponential",
    "UniPC, unipc",
    "LCM, lcm",
  })
  void acceptsShortNamesAndThoseOfOthers(String name, String shortName) {
    assertThat(Samplers.of(name, Configs.stableDiffusion("{}"), 10).name()).isEqualTo(shortName);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DPM++ SDE",
        "DPM++ 2S a",
        "DPM++ 3M SDE",
        "DPM2",
        "DPM fast",
        "Restart",
        "DDIM Karras",
        "lcm_karras",
        "",
        " ",
        "ddim ",
        "_karras"
      })
  void refusesAnyOtherNameWithTheListOfThoseThatExist(String name) {
    assertThatThrownBy(() -> Samplers.of(name, Configs.stableDiffusion("{}"), 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("sampler '" + name + "' does not exist here; there are: ddpm, ddim")
        .hasMessageContaining("DPM++ 2M SDE")
        .hasMessageContaining("_karras");
  }

  @Test
  void readsTheDefaultModelsOwnConfig() {
    ObjectNode config =
        (ObjectNode)
            Json.file(Json.root().resolve("models/default/scheduler/scheduler_config.json"));

    Sampler sampler = Samplers.of(config, 20);

    assertThat(sampler.name()).isEqualTo("ddim");
    assertThat(sampler.evaluations()).isEqualTo(20);
    assertThat(sampler.timestep(sampler.start(new float[1]))).isEqualTo(951);
  }

  @ParameterizedTest
  @CsvSource({
    "DDPMScheduler, {}, ddpm",
    "PNDMScheduler, {}, pndm",
    "PNDMScheduler, {'skip_prk_steps': true}, plms",
    "EulerDiscreteScheduler, {'use_karras_sigmas': true}, euler_karras",
    "EulerAncestralDiscreteScheduler, {'use_karras_sigmas': true}, euler_a",
    "HeunDiscreteScheduler, {'use_exponential_sigmas': true}, heun_exponential",
    "LMSDiscreteScheduler, {'use_beta_sigmas': true}, lms_beta",
    "DPMSolverMultistepScheduler, {}, dpmpp_2m",
    "DPMSolverMultistepScheduler, {'solver_order': 3}, dpmpp_3m",
    "DPMSolverMultistepScheduler, {'algorithm_type': 'sde-dpmsolver++'}, dpmpp_2m_sde",
    "DPMSolverMultistepScheduler, {'use_lu_lambdas': true}, dpmpp_2m_lu",
    "DPMSolverMultistepScheduler, {'solver_order': 1}, dpmpp_1m",
    "DPMSolverMultistepScheduler, {'solver_order': 3; 'solver_type': 'heun'}, dpmpp_3m",
    "DPMSolverMultistepScheduler, {'algorithm_type': 'dpmsolver'; 'final_sigmas_type': 'sigma_min'}, dpm_2m",
    "DPMSolverMultistepScheduler, {'algorithm_type': 'sde-dpmsolver'; 'final_sigmas_type': 'sigma_min'}, dpm_2m_sde",
    "DPMSolverSinglestepScheduler, {'solver_order': 3; 'use_karras_sigmas': true}, dpmpp_3s_karras",
    "DPMSolverSinglestepScheduler, {'algorithm_type': 'sde-dpmsolver++'}, dpmpp_2s_sde",
    "DPMSolverSinglestepScheduler, {}, dpmpp_2s",
    "UniPCMultistepScheduler, {}, unipc",
    "LCMScheduler, {}, lcm",
  })
  void takesTheClassAndItsSettingsFromTheConfig(String type, String settings, String name) {
    ObjectNode config =
        Configs.stableDiffusion(settings.replace(';', ',')).put("_class_name", type);

    Sampler own = Samplers.of(config, 8);
    assertThat(own.name()).isEqualTo(name);

    Sampler byName = Samplers.of(name, config, 8);
    assertThat(byName.name()).isEqualTo(name);
    assertThat(end(byName)).as("what the name gives").isEqualTo(end(own));
  }

  private static float[] end(Sampler sampler) {
    Random random = new Random(1);
    NoiseSource noise = count -> new float[] {(float) random.nextGaussian()};
    SamplerState state = sampler.start(new float[] {sampler.initNoiseSigma()});
    while (!sampler.done(state)) {
      float output = (float) Math.sin(sampler.timestep(state) + sampler.modelInput(state)[0]);
      state = sampler.next(state, new float[] {output}, noise);
    }
    return sampler.sample(state);
  }

  @Test
  void aNameOverridesWhatItFixesAndKeepsTheRest() {
    ObjectNode config =
        Configs.stableDiffusion(
            "{'_class_name': 'DPMSolverMultistepScheduler', 'solver_order': 3,"
                + " 'use_karras_sigmas': true, 'timestep_spacing': 'trailing'}");

    assertThat(Samplers.of("dpmpp_2m", config, 8).name()).isEqualTo("dpmpp_2m_karras");
    assertThat(Samplers.of("dpmpp_2m_exponential", config, 8).name())
        .isEqualTo("dpmpp_2m_exponential");
    Sampler ddim = Samplers.of("ddim", config, 8);
    assertThat(ddim.timestep(ddim.start(new float[1]))).isEqualTo(999);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "ddim; {'prediction_type': 'flow'}; prediction_type is \"flow\": supported are epsilon",
        "ddim; {'timestep_spacing': 'log'}; timestep_spacing is \"log\": supported are leading",
        "ddpm; {'variance_type': 'learned'}; variance_type is \"learned\": supported are",
        "dpmpp_2m; {'variance_type': 'learned_range'}; variance_type is \"learned_range\"",
        "dpmpp_2m; {'use_flow_sigmas': true}; use_flow_sigmas is true: this is not supported",
        "dpmpp_2m; {'solver_type': 'rk'}; solver_type is \"rk\": supported are midpoint, heun",
        "dpmpp_2m; {'final_sigmas_type': 'one'}; final_sigmas_type is \"one\": supported are zero",
        "dpmpp_2m; {'use_karras_sigmas': true, 'use_beta_sigmas': true}; use_beta_sigmas is true",
        "euler; {'interpolation_type': 'cubic'}; interpolation_type is \"cubic\": supported are",
        "euler; {'use_lu_lambdas': true}; use_lu_lambdas is true: this is not supported",
        "unipc; {'solver_order': 0}; solver_order is 0: supported are 1 to 8",
        "unipc; {'solver_p': {}}; solver_p is {}: this is not supported",
        "unipc; {'lower_order_final': false}; a step without finite coefficients",
        "ddim; {'clip_sample': 'no'}; clip_sample is \"no\": expected true or false",
        "ddim; {'rescale_betas_zero_snr': true, 'timestep_spacing': 'trailing'}; no signal is left",
        "lcm; {'original_inference_steps': 5}; 12 steps are more than the 5",
        "lcm; {'original_inference_steps': 5000}; original_inference_steps is 5000",
        "ddim; {'num_train_timesteps': 10}; 12 steps are more than the 10",
        "ddim; {'steps_offset': 200}; timestep 1113 is outside the model's 1000 training steps",
      })
  void refusesASettingByItsKeyAndValue(String name, String settings, String message) {
    assertThatThrownBy(() -> Samplers.of(name, Configs.stableDiffusion(settings), 12))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void takesAnInfiniteBoundAsPublishedConfigsHaveIt() {
    ObjectNode config =
        Configs.stableDiffusion("{}").put("lambda_min_clipped", Double.NEGATIVE_INFINITY);
    Sampler sampler = Samplers.of("dpmpp_2m", config, 4);
    assertThat(sampler.timestep(sampler.start(new float[1]))).isEqualTo(999);

    Sampler same = Samplers.of("dpmpp_2m", config.put("lambda_min_clipped", "-inf"), 4);
    assertThat(same.timestep(same.start(new float[1]))).isEqualTo(999);

    Sampler clipped = Samplers.of("dpmpp_2m", config.put("lambda_min_clipped", -2), 4);
    assertThat(clipped.timestep(clipped.start(new float[1]))).isBetween(700f, 950f);
  }

  @Test
  void refusesAnUnknownClassWithTheListOfThoseThatExist() {
    ObjectNode config = Configs.stableDiffusion("{'_class_name': 'EDMEulerScheduler'}");

    assertThatThrownBy(() -> Samplers.of(config, 10))
        .hasMessageContaining("_class_name 'EDMEulerScheduler' is not supported")
        .hasMessageContaining("DDIMScheduler, DDPMScheduler, DPMSolverMultistepScheduler");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -3})
  void refusesRunsWithoutSteps(int steps) {
    assertThatThrownBy(() -> Samplers.of("ddim", Configs.stableDiffusion("{}"), steps))
        .hasMessage("steps is " + steps + ": at least 1 is needed");
  }

  @Test
  void refusesStepArgumentsThatNoSamplerKnows() {
    assertThatThrownBy(
            () ->
                Samplers.fromDiffusers(
                    "DDIMScheduler",
                    Configs.stableDiffusion("{}"),
                    Configs.json("{'strength': 1}"),
                    5))
        .hasMessageContaining("step argument strength is not supported");
    assertThatThrownBy(() -> StepOptions.DEFAULT.withEta(2)).hasMessageContaining("eta is 2.0");
  }

  @Test
  void aRunWithoutNoiseSourceFailsWhereNoiseIsNeeded() {
    Sampler sampler = Samplers.of("euler_a", Configs.stableDiffusion("{}"), 3);
    SamplerState state = sampler.start(new float[4]);

    assertThatThrownBy(() -> sampler.next(state, new float[4], NoiseSource.none()))
        .hasMessageContaining("asked for 4 noise values");
  }
}
