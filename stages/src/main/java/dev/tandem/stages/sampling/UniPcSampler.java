package dev.tandem.stages.sampling;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * UniPC (Zhao et al. 2023, algorithms 5 and 6; diffusers {@code scheduling_unipc_multistep.py}):
 * each answer of the model first corrects the step that led to it, then predicts the next. The
 * state's anchor is the last corrected sample.
 */
final class UniPcSampler extends TimestepSampler {
  private final List<Signal> levels = new ArrayList<>();

  /** Of each step, those of orders 1 to its own: lower ones are for a run's first steps. */
  private final List<List<LinearStep>> predictors = new ArrayList<>();

  /** Likewise, by the step whose end they correct; none where the corrector is switched off. */
  private final List<List<LinearStep>> correctors = new ArrayList<>();

  private final int order;
  private final boolean clean;
  private final PredictionType prediction;
  private final CleanLatentLimit limit;

  UniPcSampler(String name, SchedulerConfig config, SigmaSchedule schedule) {
    super(name, schedule.timesteps(), 1);
    config.requireOff("solver_p");
    this.clean = config.flag("predict_x0", true);
    this.prediction = config.predictionType();
    this.limit = clean ? CleanLatentLimit.threshold(config) : new CleanLatentLimit.None();
    this.order = config.integer("solver_order", 2);
    if (order < 1 || order > 8) {
      throw config.refused("solver_order", "supported are 1 to 8");
    }
    String type = config.choice("solver_type", "bh2", "bh1", "bh2", "midpoint", "heun", "logrho");
    UniPcCoefficients coefficients = new UniPcCoefficients(clean, type.equals("bh1"));
    Set<Integer> uncorrected = uncorrected(config);
    for (int i = 0; i <= schedule.steps(); i++) {
      levels.add(Signal.of(schedule.sigma(i)));
    }
    for (int i = 0; i < schedule.steps(); i++) {
      int most = Math.min(order, i + 1);
      if (config.flag("lower_order_final", true)) {
        most = Math.min(most, schedule.steps() - i);
      }
      boolean corrects = i + 1 < schedule.steps() && !uncorrected.contains(i);
      List<LinearStep> predict = new ArrayList<>();
      List<LinearStep> correct = new ArrayList<>();
      for (int used = 1; used <= most; used++) {
        List<Signal> earlier = levels.subList(i - used + 1, i + 1).reversed();
        predict.add(coefficients.predictor(levels.get(i + 1), earlier));
        if (corrects) {
          correct.add(coefficients.corrector(levels.get(i + 1), earlier));
        }
      }
      predictors.add(predict);
      correctors.add(correct);
    }
  }

  static UniPcSampler of(String name, SchedulerConfig config, int steps) {
    return new UniPcSampler(
        name, config, LogSnrSchedule.of(config, LogSnrSchedule.Family.UNIPC, steps));
  }

  private static Set<Integer> uncorrected(SchedulerConfig config) {
    Set<Integer> steps = new HashSet<>();
    config.json().path("disable_corrector").forEach(step -> steps.add(step.asInt()));
    return steps;
  }

  @Override
  SamplerState step(SamplerState state, Latent output, NoiseSource noise) {
    Signal level = levels.get(state.step());
    Latent predicted = state.latent();
    Latent converted =
        clean
            ? limit.apply(prediction.cleanLatent(predicted, output, level.alpha(), level.sigma()))
            : prediction.epsilon(predicted, output, level.alpha(), level.sigma());
    int known = state.history().size();
    List<LinearStep> correct = known == 0 ? List.of() : correctors.get(state.step() - 1);
    Latent x =
        correct.isEmpty()
            ? predicted
            : upTo(known, correct).apply(state.anchor(), state.remember(converted, order + 1));
    List<Latent> outputs = state.remember(converted, order);
    LinearStep predict = upTo(known + 1, predictors.get(state.step()));
    return state.advance(predict.apply(x, outputs), x, outputs);
  }

  /** The step of the highest order that has no more than so many outputs. */
  private static LinearStep upTo(int outputs, List<LinearStep> steps) {
    return steps.get(Math.min(outputs, steps.size()) - 1);
  }

  @Override
  Latent noisy(Latent clean, Latent noise, int evaluation) {
    Signal level = levels.get(evaluation);
    return Latent.sum(clean.by(level.alpha()), noise.by(level.sigma()));
  }
}
