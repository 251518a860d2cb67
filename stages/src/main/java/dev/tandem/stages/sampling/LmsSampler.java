package dev.tandem.stages.sampling;

import java.util.ArrayList;
import java.util.List;

/**
 * Linear multistep method on dx/dsigma = epsilon: the Adams-Bashforth method for uneven steps,
 * which integrates the polynomial through the last (at most four) slopes (k-diffusion {@code
 * sample_lms}; diffusers {@code scheduling_lms_discrete.py}).
 *
 * <p>A run that sets out in the middle has fewer slopes at first than its weights are for; the
 * others then count nothing, as in diffusers.
 */
final class LmsSampler extends ExplodingSampler {
  /** Gauss-Legendre nodes and weights on [-1, 1], exact up to degree 9. */
  private static final double[] NODES = {
    -0.906179845938664, -0.5384693101056831, 0, 0.5384693101056831, 0.906179845938664
  };

  private static final double[] WEIGHTS = {
    0.23692688505618908,
    0.47862867049936647,
    0.5688888888888889,
    0.47862867049936647,
    0.23692688505618908
  };

  private final int order;
  private final List<LinearStep> steps = new ArrayList<>();

  LmsSampler(String name, SchedulerConfig config, SigmaSchedule schedule, int order) {
    super(name, config, schedule);
    this.order = order;
    for (int step = 0; step < schedule.steps(); step++) {
      List<Double> weights = new ArrayList<>();
      int used = Math.min(step + 1, order);
      for (int k = 0; k < used; k++) {
        weights.add(weight(schedule, step, used, k));
      }
      steps.add(new LinearStep(1, weights, 0));
    }
  }

  /** How many slopes are used at most. */
  int order() {
    return order;
  }

  static LmsSampler of(String name, SchedulerConfig config, StepOptions options, int steps) {
    return new LmsSampler(name, config, ExplodingSchedule.of(config, steps), options.order());
  }

  /** The integral over the step of the Lagrange polynomial that is 1 at the k-th last slope. */
  private static double weight(SigmaSchedule schedule, int step, int used, int k) {
    double middle = ((double) schedule.sigma(step) + schedule.sigma(step + 1)) / 2;
    double half = ((double) schedule.sigma(step + 1) - schedule.sigma(step)) / 2;
    double integral = 0;
    for (int node = 0; node < NODES.length; node++) {
      double product = WEIGHTS[node];
      for (int other = 0; other < used; other++) {
        if (other != k) {
          product *=
              (middle + half * NODES[node] - schedule.sigma(step - other))
                  / ((double) schedule.sigma(step - k) - schedule.sigma(step - other));
        }
      }
      integral += product;
    }
    return integral * half;
  }

  @Override
  SamplerState step(SamplerState state, Latent output, NoiseSource noise) {
    Latent x = state.latent();
    float sigma = sigma(state.step());
    List<Latent> slopes = state.remember(slope(x, cleanLatent(x, output, sigma), sigma), order);
    Latent next = steps.get(state.step()).newest(slopes.size()).apply(x, slopes);
    return state.advance(next, next, slopes);
  }
}
