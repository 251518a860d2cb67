package dev.tandem.stages.sampling;

import java.util.Arrays;

/**
 * The noise levels sigma = sqrt((1 - a) / a) of all training steps, read in both directions between
 * the steps as well: sigma of a fractional timestep and timestep of any sigma (diffusers {@code
 * _sigma_to_t}).
 */
final class SigmaTable {
  private static final double LEAST_SIGMA = 1e-10;

  private final float[] sigmas;
  private final float[] logs;

  SigmaTable(NoiseSchedule schedule) {
    sigmas = new float[schedule.trainingSteps()];
    logs = new float[sigmas.length];
    for (int t = 0; t < sigmas.length; t++) {
      sigmas[t] = schedule.sigma(t);
      logs[t] = (float) Math.log(sigmas[t]);
    }
  }

  double smallest() {
    return sigmas[0];
  }

  double largest() {
    return sigmas[sigmas.length - 1];
  }

  float logSmallest() {
    return logs[0];
  }

  float logLargest() {
    return logs[logs.length - 1];
  }

  int trainingSteps() {
    return sigmas.length;
  }

  /** How many training steps, from the noisiest down, have a log-SNR below a bound. */
  int noisierThan(double lambda) {
    int count = 0;
    while (count < logs.length && -logs[logs.length - 1 - count] < lambda) {
      count++;
    }
    return count;
  }

  /** Sigma of a timestep, linear between training steps, constant beyond the ends. */
  double sigma(double timestep) {
    if (timestep <= 0) {
      return sigmas[0];
    }
    int below = (int) timestep;
    if (below >= sigmas.length - 1) {
      return sigmas[sigmas.length - 1];
    }
    double slope = (double) sigmas[below + 1] - sigmas[below];
    return slope * (timestep - below) + sigmas[below];
  }

  /** The timestep of a sigma, linear in log sigma between training steps. */
  double timestep(double sigma) {
    double log = Math.log(Math.max(sigma, LEAST_SIGMA));
    if (logs.length == 1) {
      return 0;
    }
    int below = Math.clamp(countAtMost(log) - 1, 0, logs.length - 2);
    double span = logs[below] - logs[below + 1];
    double weight = Math.clamp((logs[below] - log) / span, 0.0, 1.0);
    return (1 - weight) * below + weight * (below + 1);
  }

  double[] timesteps(double[] list) {
    return Arrays.stream(list).map(this::timestep).toArray();
  }

  double[] sigmas(double[] timesteps) {
    return Arrays.stream(timesteps).map(this::sigma).toArray();
  }

  private int countAtMost(double log) {
    int low = 0;
    int high = logs.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (logs[middle] <= log) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
