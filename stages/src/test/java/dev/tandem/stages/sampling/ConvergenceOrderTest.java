package dev.tandem.stages.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How fast each solver's error falls with the number of steps, on an ODE whose right-hand side is
 * known exactly, with a continuous schedule (noise levels even in log sigma, from {@link #FIRST} to
 * {@link #LAST}) and against a reference solution in double.
 */
class ConvergenceOrderTest {
  private static final double FIRST = 8;
  private static final double LAST = 0.25;
  private static final int TRAINING_STEPS = 8192;
  private static final GaussianMixture DATA = new GaussianMixture(-1, 1.5, 0.5);
  private static final double[] STARTS = {-11, -6, -2.5, -0.3, 0.9, 3, 7, 12};

  @ParameterizedTest
  @CsvSource({
    "euler,     1, 64, 512",
    "dpmpp_1m,  1, 64, 512",
    "heun,      2, 16, 128",
    "dpmpp_2m,  2, 32, 256",
    "dpmpp_2m_heun, 2, 32, 256",
    "dpm_2m,    2, 32, 256",
    "dpmpp_2s,  2, 32, 256",
    "dpmpp_3m,  2, 32, 256",
    "unipc_1,   2, 32, 256",
    "unipc_2,   3, 16, 64",
    "lms_2,     2, 32, 256",
    "lms_3,     3, 32, 128",
    "lms_4,     4, 64, 128",
  })
  void errorFallsWithTheOrderOfTheSolver(String solver, double order, int few, int many) {
    assertOrder(solver, order, few, many, steps -> error(solver, steps));
  }

  private static double error(String solver, int steps) {
    double[] sigmas = TimestepSpacing.evenly(Math.log(FIRST), Math.log(LAST), steps + 1);
    for (int i = 0; i <= steps; i++) {
      sigmas[i] = (float) Math.exp(sigmas[i]);
    }
    double[] levels = TimestepSpacing.evenly(0, steps - 1, steps);
    Sampler sampler = sampler(solver, new SigmaSchedule(sigmas, levels));
    boolean exploding = sampler instanceof ExplodingSampler;
    SamplerState state = start(sampler, sigmas, exploding);
    while (!sampler.done(state)) {
      double sigma = sigmas[Math.round(sampler.timestep(state))];
      double alpha = 1 / Math.sqrt(sigma * sigma + 1);
      float[] answer = sampler.modelInput(state);
      for (int k = 0; k < answer.length; k++) {
        answer[k] = (float) DATA.answer(PredictionType.EPSILON, answer[k], alpha, alpha * sigma);
      }
      state = sampler.next(state, answer, NoiseSource.none());
    }
    double scale = exploding ? 1 : Math.sqrt(sigmas[steps] * sigmas[steps] + 1);
    return worst(sampler.sample(state), scale, sigmas[0], sigmas[steps]);
  }

  /** Multistep methods on slopes get exact values for the steps that they cannot yet take. */
  private static SamplerState start(Sampler sampler, double[] sigmas, boolean exploding) {
    double scale = exploding ? 1 : 1 / Math.sqrt(sigmas[0] * sigmas[0] + 1);
    if (!(sampler instanceof LmsSampler lms)) {
      return sampler.start(exactly(sigmas[0], sigmas[0], scale));
    }
    List<Latent> slopes = new ArrayList<>();
    for (int i = 0; i < lms.order() - 1; i++) {
      float[] x = exactly(sigmas[0], sigmas[i], 1);
      for (int k = 0; k < x.length; k++) {
        x[k] = (float) DATA.answer(PredictionType.EPSILON, x[k], 1, sigmas[i]);
      }
      slopes.add(Latent.of(x));
    }
    int done = lms.order() - 1;
    Latent now = Latent.of(exactly(sigmas[0], sigmas[done], 1));
    return new SamplerState(0, done, now, now, slopes);
  }

  private static float[] exactly(double from, double to, double scale) {
    float[] values = new float[STARTS.length];
    for (int k = 0; k < values.length; k++) {
      values[k] = (float) (DATA.flow(STARTS[k], from, to) * scale);
    }
    return values;
  }

  private static Sampler sampler(String solver, SigmaSchedule schedule) {
    return switch (solver) {
      case "euler" -> new EulerSampler(solver, config("{}"), schedule, StepOptions.DEFAULT);
      case "heun" -> new HeunSampler(solver, config("{}"), schedule);
      case "lms_2", "lms_3", "lms_4" ->
          new LmsSampler(solver, config("{}"), schedule, solver.charAt(4) - '0');
      case "unipc_1" -> new UniPcSampler(solver, config("{'solver_order': 1}"), schedule);
      case "unipc_2" -> new UniPcSampler(solver, config("{'solver_order': 2}"), schedule);
      case "dpmpp_1m" -> DpmSampler.multistep(solver, config("{'solver_order': 1}"), schedule);
      case "dpmpp_2m" -> DpmSampler.multistep(solver, config("{'solver_order': 2}"), schedule);
      case "dpmpp_2m_heun" ->
          DpmSampler.multistep(solver, config("{'solver_type': 'heun'}"), schedule);
      case "dpm_2m" ->
          DpmSampler.multistep(solver, config("{'algorithm_type': 'dpmsolver'}"), schedule);
      case "dpmpp_3m" -> DpmSampler.multistep(solver, config("{'solver_order': 3}"), schedule);
      case "dpmpp_2s" -> DpmSampler.singlestep(solver, config("{'solver_order': 2}"), schedule);
      default -> throw new IllegalArgumentException(solver);
    };
  }

  /** Ends at a noise level above 0, with full order up to the end. */
  private static SchedulerConfig config(String more) {
    ObjectNode node =
        Configs.json("{'final_sigmas_type': 'sigma_min', 'lower_order_final': false}");
    node.setAll(Configs.json(more));
    return new SchedulerConfig(node);
  }

  /**
   * The samplers that know nothing but whole training steps, on a schedule of so many of them that
   * it is as good as continuous.
   */
  @ParameterizedTest
  @CsvSource({
    "ddim, 1, 64, 512",
    "plms, 2, 64, 512",
    "pndm, 2, 64, 512",
  })
  void errorFallsWithTheOrderOnWholeTrainingSteps(String solver, double order, int few, int many) {
    assertOrder(solver, order, few, many, steps -> discreteError(solver, steps));
  }

  private static double discreteError(String solver, int steps) {
    ObjectNode json =
        Configs.json("{'clip_sample': false, 'set_alpha_to_one': false}")
            .put("steps_offset", TRAINING_STEPS / steps);
    float[] betas = logEvenBetas();
    ArrayNode list = json.putArray("trained_betas");
    for (float beta : betas) {
      list.add(beta);
    }
    NoiseSchedule schedule = NoiseSchedule.ofBetas(betas);
    Sampler sampler = Samplers.of(solver, json, steps);
    double first = schedule.sigma(TRAINING_STEPS);
    double last = schedule.sigma(0);
    SamplerState state = sampler.start(exactly(first, first, 1 / Math.sqrt(first * first + 1)));
    while (!sampler.done(state)) {
      double alpha = Math.sqrt(schedule.alphaCumprod(Math.round(sampler.timestep(state))));
      float[] answer = sampler.modelInput(state);
      for (int k = 0; k < answer.length; k++) {
        answer[k] =
            (float)
                DATA.answer(PredictionType.EPSILON, answer[k], alpha, Math.sqrt(1 - alpha * alpha));
      }
      state = sampler.next(state, answer, NoiseSource.none());
    }
    return worst(sampler.sample(state), Math.sqrt(last * last + 1), first, last);
  }

  private static float[] logEvenBetas() {
    float[] betas = new float[TRAINING_STEPS + 1];
    double before = 1;
    for (int t = 0; t <= TRAINING_STEPS; t++) {
      double sigma = LAST * Math.pow(FIRST / LAST, (double) t / TRAINING_STEPS);
      double alpha = 1 / (sigma * sigma + 1);
      betas[t] = (float) (1 - alpha / before);
      before = alpha;
    }
    return betas;
  }

  private static double worst(float[] sample, double scale, double from, double to) {
    double worst = 0;
    for (int k = 0; k < STARTS.length; k++) {
      double exact = DATA.flow(STARTS[k], from, to);
      worst = Math.max(worst, Math.abs(sample[k] * scale - exact));
    }
    return worst;
  }

  private static void assertOrder(
      String solver, double order, int few, int many, IntToDoubleFunction error) {
    double coarse = error.applyAsDouble(few);
    double fine = error.applyAsDouble(many);
    double measured = Math.log(coarse / fine) / Math.log((double) many / few);
    System.out.printf(
        Locale.ROOT,
        "%-14s error %.2e at %d steps, %.2e at %d: order %.2f%n",
        solver,
        coarse,
        few,
        fine,
        many,
        measured);
    assertThat(measured).as("order of %s", solver).isBetween(order - 0.25, order + 0.25);
  }
}
