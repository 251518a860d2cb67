package dev.tandem.stages.sampling;

import java.util.ArrayList;
import java.util.List;

/**
 * DPM-Solver++ and its relatives (Lu et al. 2022b, algorithms 1 and 2; diffusers {@code
 * scheduling_dpmsolver_multistep.py} and {@code scheduling_dpmsolver_singlestep.py}): a list of
 * linear steps of orders 1 to 3. Multistep runs step from each sample to the next; singlestep runs
 * set out again and again from the sample of the last first-order step.
 */
final class DpmSampler extends TimestepSampler {
  private static final int FEW_STEPS = 15;

  private final List<Signal> levels;
  private final List<List<LinearStep>> steps;
  private final boolean singlestep;
  private final int order;
  private final DpmAlgorithm algorithm;
  private final PredictionType prediction;
  private final CleanLatentLimit limit;

  private DpmSampler(
      String name,
      SchedulerConfig config,
      SigmaSchedule schedule,
      boolean singlestep,
      List<Integer> orders) {
    super(name, schedule.timesteps(), 1);
    DpmCoefficients coefficients = DpmCoefficients.of(config);
    requireSupported(config, coefficients.algorithm());
    this.singlestep = singlestep;
    this.order = solverOrder(config);
    this.algorithm = coefficients.algorithm();
    this.prediction = config.predictionType();
    this.limit = CleanLatentLimit.threshold(config);
    this.levels = new ArrayList<>();
    for (int i = 0; i <= schedule.steps(); i++) {
      levels.add(Signal.of(schedule.sigma(i)));
    }
    this.steps = new ArrayList<>();
    for (int i = 0; i < schedule.steps(); i++) {
      steps.add(linearSteps(coefficients, i, orders.get(i)));
    }
  }

  static DpmSampler multistep(String name, SchedulerConfig config, int steps) {
    return multistep(
        name, config, LogSnrSchedule.of(config, LogSnrSchedule.Family.MULTISTEP, steps));
  }

  static DpmSampler multistep(String name, SchedulerConfig config, SigmaSchedule schedule) {
    boolean lowerFinal = config.flag("lower_order_final", true) && schedule.steps() < FEW_STEPS;
    boolean firstOrderLast =
        config.flag("euler_at_final", false) || lowerFinal || LogSnrSchedule.endsAtZero(config);
    int most = solverOrder(config);
    List<Integer> orders = new ArrayList<>();
    for (int i = 0; i < schedule.steps(); i++) {
      int left = schedule.steps() - i;
      int order = Math.min(most, i + 1);
      if (left == 1 && firstOrderLast) {
        order = 1;
      } else if (left == 2 && lowerFinal) {
        order = Math.min(order, 2);
      }
      orders.add(order);
    }
    return new DpmSampler(name, config, schedule, false, orders);
  }

  static DpmSampler singlestep(String name, SchedulerConfig config, int steps) {
    return singlestep(
        name, config, LogSnrSchedule.of(config, LogSnrSchedule.Family.SINGLESTEP, steps));
  }

  static DpmSampler singlestep(String name, SchedulerConfig config, SigmaSchedule schedule) {
    int most = solverOrder(config);
    int steps = schedule.steps();
    boolean endsAtZero = LogSnrSchedule.endsAtZero(config);
    boolean lowerFinal = config.flag("lower_order_final", false) || steps % most != 0 || endsAtZero;
    List<Integer> orders = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      orders.add(i % most + 1);
    }
    if (lowerFinal && most > 1 && steps % most == 0) {
      // The last block would end on a step of full order: end on 1, 2, 1 or 1, 1 instead.
      orders.set(steps - 1, 1);
    }
    if (endsAtZero) {
      orders.set(steps - 1, 1);
    }
    return new DpmSampler(name, config, schedule, true, orders);
  }

  private static void requireSupported(SchedulerConfig config, DpmAlgorithm algorithm) {
    if (config.json().path("variance_type").asText().startsWith("learned")) {
      throw config.refused("variance_type", "models that predict their variance are not supported");
    }
    if (!algorithm.usesCleanLatent() && LogSnrSchedule.endsAtZero(config)) {
      throw new IllegalArgumentException(
          "scheduler_config.json: algorithm_type "
              + algorithm.key()
              + " cannot end at noise level 0; use final_sigmas_type sigma_min, or dpmsolver++");
    }
  }

  private static int solverOrder(SchedulerConfig config) {
    int order = config.integer("solver_order", 2);
    if (order < 1 || order > 3) {
      throw config.refused("solver_order", "supported are 1, 2 and 3");
    }
    return order;
  }

  /** Those of orders 1 to the step's own: lower ones are for runs that set out in the middle. */
  private List<LinearStep> linearSteps(DpmCoefficients coefficients, int i, int stepOrder) {
    List<LinearStep> all = new ArrayList<>();
    for (int lower = 1; lower <= stepOrder; lower++) {
      all.add(linearStep(coefficients, i, lower));
    }
    return all;
  }

  private LinearStep linearStep(DpmCoefficients coefficients, int i, int stepOrder) {
    Signal t = levels.get(i + 1);
    Signal s0 = levels.get(i);
    return switch (stepOrder) {
      case 1 -> coefficients.first(t, s0);
      case 2 -> {
        Signal s1 = levels.get(i - 1);
        yield singlestep
            ? coefficients.singlestepSecond(t, s0, s1)
            : coefficients.multistepSecond(t, s0, s1);
      }
      default -> {
        Signal s1 = levels.get(i - 1);
        Signal s2 = levels.get(i - 2);
        yield singlestep
            ? coefficients.singlestepThird(t, s0, s1, s2)
            : coefficients.multistepThird(t, s0, s1, s2);
      }
    };
  }

  @Override
  Latent noisy(Latent clean, Latent noise, int evaluation) {
    Signal level = levels.get(evaluation);
    return Latent.sum(clean.by(level.alpha()), noise.by(level.sigma()));
  }

  @Override
  SamplerState step(SamplerState state, Latent output, NoiseSource noise) {
    List<LinearStep> possible = steps.get(state.step());
    int known = Math.min(possible.size(), state.history().size() + 1);
    LinearStep step = possible.get(known - 1);
    Latent x = state.latent();
    Latent anchor = singlestep && step.outputs().size() > 1 ? state.anchor() : x;
    List<Latent> outputs = state.remember(converted(x, output, levels.get(state.step())), order);
    Latent next =
        algorithm.isStochastic()
            ? step.apply(anchor, outputs, draw(state, noise))
            : step.apply(anchor, outputs);
    return state.advance(next, anchor, outputs);
  }

  /** What the algorithm interpolates: the clean latent or the noise. */
  private Latent converted(Latent x, Latent output, Signal level) {
    if (algorithm.usesCleanLatent()) {
      return limit.apply(prediction.cleanLatent(x, output, level.alpha(), level.sigma()));
    }
    if (limit instanceof CleanLatentLimit.None) {
      return prediction.epsilon(x, output, level.alpha(), level.sigma());
    }
    Latent clean = limit.apply(prediction.cleanLatent(x, output, level.alpha(), level.sigma()));
    return PredictionType.SAMPLE.epsilon(x, clean, level.alpha(), level.sigma());
  }
}
