package dev.tandem.stages.sampling;

import java.util.ArrayList;
import java.util.List;

/**
 * The predictor and the corrector of UniPC as weights of the sample and of model outputs (Zhao et
 * al. 2023, eq. 3 and 4, B(h) forms 1 and 2; diffusers {@code scheduling_unipc_multistep.py}).
 *
 * <p>Worked out in float: the series {@code b} loses digits by cancellation, and whoever keeps them
 * departs from the reference by up to 1e-4 at order 3.
 *
 * @param clean whether clean latents are interpolated ({@code predict_x0}), not noise
 * @param form1 B(h) = h, else B(h) = e^h - 1
 */
record UniPcCoefficients(boolean clean, boolean form1) {
  /** UniP: weights of the outputs at s0, s1, ... for the step from s0 to t. */
  LinearStep predictor(float t, List<Float> earlier) {
    Parts parts = new Parts(t, earlier);
    int order = earlier.size();
    double[] rhos = order == 2 ? new double[] {0.5} : parts.rhos(order - 1);
    List<Double> outputs = new ArrayList<>();
    outputs.add(parts.zeroth());
    for (int k = 1; k < order; k++) {
      outputs.add(-parts.scale() * rhos[k - 1] / parts.ratios[k - 1]);
      outputs.set(0, outputs.get(0) - outputs.get(k));
    }
    return new LinearStep(parts.sample(), outputs, 0);
  }

  /** UniC: weights of the outputs at t, s0, s1, ... for the same step. */
  LinearStep corrector(float t, List<Float> earlier) {
    Parts parts = new Parts(t, earlier);
    int order = earlier.size();
    double[] rhos = order == 1 ? new double[] {0.5} : parts.rhos(order);
    double fresh = -parts.scale() * rhos[order - 1];
    List<Double> outputs = new ArrayList<>(List.of(fresh, parts.zeroth() - fresh));
    for (int k = 1; k < order; k++) {
      double weight = -parts.scale() * rhos[k - 1] / parts.ratios[k - 1];
      outputs.add(weight);
      outputs.set(1, outputs.get(1) - weight);
    }
    return new LinearStep(parts.sample(), outputs, 0);
  }

  /** A noise level in float. */
  private record Level(float alpha, float sigma, float lambda) {
    static Level of(float ratio) {
      float alpha = 1 / (float) Math.sqrt(ratio * ratio + 1);
      float sigma = ratio * alpha;
      return new Level(alpha, sigma, (float) Math.log(alpha) - (float) Math.log(sigma));
    }
  }

  /** What the predictor and the corrector of one step share. */
  private final class Parts {
    final Level t;
    final Level s;
    final float signedH;
    final float[] ratios;

    Parts(float sigmaT, List<Float> earlier) {
      t = Level.of(sigmaT);
      s = Level.of(earlier.get(0));
      float h = t.lambda - s.lambda;
      signedH = clean ? -h : h;
      ratios = new float[earlier.size()];
      for (int k = 1; k < earlier.size(); k++) {
        ratios[k - 1] = (Level.of(earlier.get(k)).lambda - s.lambda) / h;
      }
      ratios[earlier.size() - 1] = 1;
    }

    double sample() {
      return clean ? t.sigma / s.sigma : t.alpha / s.alpha;
    }

    private float outer() {
      return clean ? t.alpha : t.sigma;
    }

    /** The weight of the newest output in a first-order step. */
    double zeroth() {
      return -outer() * (float) Math.expm1(signedH);
    }

    /** The weight of a difference of outputs. */
    double scale() {
      return outer() * form();
    }

    private float form() {
      return form1 ? signedH : (float) Math.expm1(signedH);
    }

    /** Solves for the weights of the first {@code count} differences. */
    double[] rhos(int count) {
      double[][] matrix = new double[count][count];
      double[] b = new double[count];
      float phi = (float) Math.expm1(signedH) / signedH - 1;
      float factorial = 1;
      for (int i = 0; i < count; i++) {
        for (int k = 0; k < count; k++) {
          matrix[i][k] = (float) Math.pow(ratios[k], i);
        }
        b[i] = phi * factorial / form();
        factorial *= i + 2;
        phi = phi / signedH - 1 / factorial;
      }
      return LinearSystem.solve(matrix, b);
    }
  }
}
