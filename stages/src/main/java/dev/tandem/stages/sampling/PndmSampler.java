package dev.tandem.stages.sampling;

import java.util.List;

/**
 * Pseudo numerical methods (Liu et al. 2022, eq. 9, 12 and 13; diffusers {@code
 * scheduling_pndm.py}). The linear multistep method of order 4 needs three earlier outputs; they
 * come from three Runge-Kutta steps of four evaluations each, or ({@code skip_prk_steps}, "PLMS")
 * from lower orders, after a first step that is taken twice.
 */
final class PndmSampler extends TimestepSampler {
  private static final int RUNGE_KUTTA_STEPS = 3;
  private static final int RUNGE_KUTTA_EVALUATIONS = 4 * RUNGE_KUTTA_STEPS;

  /** Weights of the newest outputs, by how many there are. */
  private static final List<List<Double>> MULTISTEP =
      List.of(
          List.of(1.0),
          List.of(3.0 / 2, -1.0 / 2),
          List.of(23.0 / 12, -16.0 / 12, 5.0 / 12),
          List.of(55.0 / 24, -59.0 / 24, 37.0 / 24, -9.0 / 24));

  private final int[] timesteps;
  private final int gap;
  private final int rungeKutta;
  private final NoiseSchedule schedule;
  private final double finalAlpha;
  private final PredictionType prediction;

  private PndmSampler(
      String name, int[] timesteps, int steps, SchedulerConfig config, NoiseSchedule schedule) {
    super(name, DiscreteTimesteps.toFloats(timesteps), 1);
    this.timesteps = timesteps;
    this.gap = schedule.trainingSteps() / steps;
    this.rungeKutta = skipsRungeKutta(config) ? 0 : RUNGE_KUTTA_EVALUATIONS;
    this.schedule = schedule;
    this.finalAlpha = DiscreteTimesteps.finalAlpha(schedule, config, false);
    this.prediction = config.predictionType();
    for (int timestep : timesteps) {
      DiscreteTimesteps.requireInvertible(
          name, PredictionType.EPSILON, timestep, schedule.alphaCumprod(timestep));
    }
  }

  static PndmSampler of(String name, SchedulerConfig config, int steps) {
    NoiseSchedule schedule = NoiseSchedule.of(config);
    DiscreteTimesteps.requireAtMost(schedule.trainingSteps(), steps);
    int[] plain =
        TimestepSpacing.of(config, TimestepSpacing.LEADING)
            .wholeTimesteps(schedule.trainingSteps(), steps, config.integer("steps_offset", 0));
    int[] timesteps =
        skipsRungeKutta(config)
            ? secondTwice(plain)
            : withRungeKutta(plain, schedule.trainingSteps() / steps / 2);
    return new PndmSampler(name, timesteps, steps, config, schedule);
  }

  private static boolean skipsRungeKutta(SchedulerConfig config) {
    return config.flag("skip_prk_steps", false);
  }

  private static int[] secondTwice(int[] plain) {
    if (plain.length == 1) {
      return plain;
    }
    int[] list = new int[plain.length + 1];
    for (int i = 0; i < list.length; i++) {
      list[i] = plain[i < 2 ? i : i - 1];
    }
    return list;
  }

  /** The first three steps as t, t - half, t - half, t - 2 half; then the others once. */
  private static int[] withRungeKutta(int[] plain, int half) {
    if (plain.length <= RUNGE_KUTTA_STEPS) {
      throw new IllegalArgumentException(
          plain.length
              + " steps are too few for pndm, which starts with "
              + RUNGE_KUTTA_STEPS
              + " Runge-Kutta steps; use at least 4, or skip_prk_steps true (plms)");
    }
    int[] list = new int[RUNGE_KUTTA_EVALUATIONS + plain.length - RUNGE_KUTTA_STEPS];
    for (int i = 0; i < RUNGE_KUTTA_STEPS; i++) {
      list[4 * i] = plain[i];
      list[4 * i + 1] = plain[i + 1] + half;
      list[4 * i + 2] = plain[i + 1] + half;
      list[4 * i + 3] = plain[i + 1];
    }
    for (int i = RUNGE_KUTTA_STEPS; i < plain.length; i++) {
      list[RUNGE_KUTTA_EVALUATIONS + i - RUNGE_KUTTA_STEPS] = plain[i];
    }
    return list;
  }

  @Override
  Latent noisy(Latent clean, Latent noise, int evaluation) {
    return noisy(clean, noise, schedule.alphaCumprod(timesteps[evaluation]));
  }

  /** Which kind of step it is goes by how many there were in this run, as in diffusers. */
  @Override
  SamplerState step(SamplerState state, Latent output, NoiseSource noise) {
    return state.count() < rungeKutta ? rungeKuttaStep(state, output) : multistep(state, output);
  }

  /** The history holds every output so far. */
  private SamplerState rungeKuttaStep(SamplerState state, Latent output) {
    int stage = state.count() % 4;
    Latent start = stage == 0 ? state.latent() : state.anchor();
    List<Latent> outputs = state.remember(output, RUNGE_KUTTA_EVALUATIONS);
    Latent slope = output;
    if (stage == 3) {
      int first = outputs.size() - 4;
      slope =
          Latent.sum(
              outputs.get(first).by(1.0 / 6),
              outputs.get(first + 1).by(1.0 / 3),
              outputs.get(first + 2).by(1.0 / 3),
              output.by(1.0 / 6));
    }
    int from = timesteps[state.count() - stage];
    int to = timesteps[state.step()] - (stage % 2 == 0 ? gap / 2 : 0);
    return state.advance(transfer(start, slope, from, to), start, outputs);
  }

  /** The history holds the first output of each earlier step. */
  private SamplerState multistep(SamplerState state, Latent output) {
    int timestep = timesteps[state.step()];
    if (rungeKutta == 0 && state.count() == 1) {
      Latent slope = Latent.sum(state.past(0).by(0.5), output.by(0.5));
      Latent next = transfer(state.anchor(), slope, timestep + gap, timestep);
      return state.advance(next, next, state.history());
    }
    SamplerState plain = state.count() == RUNGE_KUTTA_EVALUATIONS ? firstOutputs(state) : state;
    List<Latent> outputs = plain.remember(output, 4);
    Latent slope = new LinearStep(0, MULTISTEP.get(outputs.size() - 1), 0).apply(output, outputs);
    Latent next = transfer(state.latent(), slope, timestep, timestep - gap);
    return state.advance(next, state.latent(), outputs);
  }

  private SamplerState firstOutputs(SamplerState state) {
    if (rungeKutta == 0) {
      return state;
    }
    List<Latent> all = state.history();
    return new SamplerState(
        state.first(),
        state.step(),
        state.latent(),
        state.anchor(),
        List.of(all.get(0), all.get(4), all.get(8)));
  }

  /** Equation 9: from one timestep to an earlier one along a constant predicted noise. */
  private Latent transfer(Latent x, Latent output, int from, int to) {
    double alpha = schedule.alphaCumprod(from);
    double next = to >= 0 ? schedule.alphaCumprod(to) : finalAlpha;
    Latent epsilon = prediction.epsilon(x, output, Math.sqrt(alpha), Math.sqrt(1 - alpha));
    double divisor = alpha * Math.sqrt(1 - next) + Math.sqrt(alpha * (1 - alpha) * next);
    return Latent.sum(x.by(Math.sqrt(next / alpha)), epsilon.by((alpha - next) / divisor));
  }
}
