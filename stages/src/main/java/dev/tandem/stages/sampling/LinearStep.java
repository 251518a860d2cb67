package dev.tandem.stages.sampling;

import java.util.ArrayList;
import java.util.List;

/**
 * One step of a linear multistep method, worked out: {@code weight x + sum of outputWeight(k)
 * output(k) + noiseWeight z}.
 *
 * @param sample the weight of the sample that the step starts from
 * @param outputs the weights of the model outputs, newest first
 * @param noise the weight of fresh noise; 0 where the step draws none or ends at noise level 0
 */
record LinearStep(double sample, List<Double> outputs, double noise) {
  LinearStep {
    outputs = List.copyOf(outputs);
    boolean finite = Double.isFinite(sample) && Double.isFinite(noise);
    for (double weight : outputs) {
      finite &= Double.isFinite(weight);
    }
    if (!finite) {
      throw new IllegalArgumentException(
          "these settings give a step without finite coefficients, as in diffusers, which fails or"
              + " gives NaN there: two noise levels are equal, or the last step is not of order 1;"
              + " use fewer steps, timestep_spacing trailing, or lower_order_final true");
    }
  }

  /** The same step without the outputs that are older than so many. */
  LinearStep newest(int count) {
    return count >= outputs.size()
        ? this
        : new LinearStep(sample, outputs.subList(0, count), noise);
  }

  /** The deterministic part of the step, where {@code history} holds the oldest output first. */
  Latent apply(Latent start, List<Latent> history) {
    return Latent.sum(terms(start, history).toArray(Latent.Term[]::new));
  }

  /** The step with its noise. */
  Latent apply(Latent start, List<Latent> history, Latent z) {
    List<Latent.Term> terms = terms(start, history);
    terms.add(z.by(noise));
    return Latent.sum(terms.toArray(Latent.Term[]::new));
  }

  private List<Latent.Term> terms(Latent start, List<Latent> history) {
    List<Latent.Term> terms = new ArrayList<>();
    terms.add(start.by(sample));
    for (int k = 0; k < outputs.size(); k++) {
      terms.add(history.get(history.size() - 1 - k).by(outputs.get(k)));
    }
    return terms;
  }
}
