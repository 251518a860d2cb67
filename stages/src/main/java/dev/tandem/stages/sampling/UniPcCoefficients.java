package dev.tandem.stages.sampling;

import java.util.ArrayList;
import java.util.List;

/**
 * The predictor and the corrector of UniPC as weights of the sample and of model outputs (Zhao et
 * al. 2023, eq. 3 and 4, B(h) forms 1 and 2; diffusers {@code scheduling_unipc_multistep.py}).
 *
 * @param clean whether clean latents are interpolated ({@code predict_x0}), not noise
 * @param form1 B(h) = h, else B(h) = e^h - 1
 */
record UniPcCoefficients(boolean clean, boolean form1) {
  /** UniP: weights of the outputs at s0, s1, ... for the step from s0 to t. */
  LinearStep predictor(Signal t, List<Signal> earlier) {
    Parts parts = new Parts(t, earlier);
    int order = earlier.size();
    double[] rhos = order == 2 ? new double[] {0.5} : parts.rhos(order - 1);
    List<Double> outputs = new ArrayList<>();
    outputs.add(parts.zeroth());
    for (int k = 1; k < order; k++) {
      double weight = parts.slope(rhos[k - 1]) / parts.ratios[k - 1];
      outputs.add(weight);
      outputs.set(0, outputs.get(0) - weight);
    }
    return new LinearStep(parts.sample(), outputs, 0);
  }

  /** UniC: weights of the outputs at t, s0, s1, ... for the same step. */
  LinearStep corrector(Signal t, List<Signal> earlier) {
    Parts parts = new Parts(t, earlier);
    int order = earlier.size();
    double[] rhos = order == 1 ? new double[] {0.5} : parts.rhos(order);
    double fresh = parts.slope(rhos[order - 1]);
    List<Double> outputs = new ArrayList<>(List.of(fresh, parts.zeroth() - fresh));
    for (int k = 1; k < order; k++) {
      double weight = parts.slope(rhos[k - 1]) / parts.ratios[k - 1];
      outputs.add(weight);
      outputs.set(1, outputs.get(1) - weight);
    }
    return new LinearStep(parts.sample(), outputs, 0);
  }

  /** What the predictor and the corrector of one step share. */
  private final class Parts {
    private final Signal t;
    private final Signal s;
    private final double signedH;

    /** Where the earlier levels lie, in units of the step; then 1, where t lies. */
    private final double[] ratios;

    Parts(Signal t, List<Signal> earlier) {
      this.t = t;
      this.s = earlier.get(0);
      double h = t.lambda() - s.lambda();
      signedH = clean ? -h : h;
      ratios = new double[earlier.size()];
      for (int k = 1; k < earlier.size(); k++) {
        ratios[k - 1] = (earlier.get(k).lambda() - s.lambda()) / h;
      }
      ratios[earlier.size() - 1] = 1;
    }

    double sample() {
      return clean ? t.sigma() / s.sigma() : t.alpha() / s.alpha();
    }

    /** The weight of the newest output in a first-order step. */
    double zeroth() {
      return -outer() * Math.expm1(signedH);
    }

    /** The weight of a difference of outputs. */
    double slope(double rho) {
      return -outer() * form() * rho;
    }

    private double outer() {
      return clean ? t.alpha() : t.sigma();
    }

    private double form() {
      return form1 ? signedH : Math.expm1(signedH);
    }

    /** Solves for the weights of the first {@code count} differences (eq. 5). */
    double[] rhos(int count) {
      double[][] matrix = new double[count][count];
      double[] right = new double[count];
      double phi = Math.expm1(signedH) / signedH - 1;
      double factorial = 1;
      for (int i = 0; i < count; i++) {
        for (int k = 0; k < count; k++) {
          matrix[i][k] = Math.pow(ratios[k], i);
        }
        right[i] = phi * factorial / form();
        factorial *= i + 2;
        phi = phi / signedH - 1 / factorial;
      }
      return LinearSystem.solve(matrix, right);
    }
  }
}
