package dev.tandem.stages.sampling;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a sampling run stands: an immutable value, equal to another one of the same content. Only
 * the {@link Sampler} that made it reads more from it than the step.
 *
 * @param first where the run set out: that many evaluations of the sampler were left out
 * @param step which evaluation of the sampler is next
 * @param latent the sample
 * @param anchor the sample from which a step of several evaluations set out
 * @param history what the sampler keeps of earlier model outputs, oldest first
 */
public record SamplerState(
    int first, int step, Latent latent, Latent anchor, List<Latent> history) {
  /** Copies the history. */
  public SamplerState {
    history = List.copyOf(history);
  }

  static SamplerState start(Latent latent, int first) {
    return new SamplerState(first, first, latent, latent, List.of());
  }

  /** How many model outputs went in so far. */
  public int count() {
    return step - first;
  }

  /** The state after one more evaluation, with the same history. */
  SamplerState advance(Latent next) {
    return new SamplerState(first, step + 1, next, next, history);
  }

  /** The state after one more evaluation, with a new anchor and history. */
  SamplerState advance(Latent next, Latent newAnchor, List<Latent> newHistory) {
    return new SamplerState(first, step + 1, next, newAnchor, newHistory);
  }

  /** The history with one more entry, of which the newest {@code limit} are kept. */
  List<Latent> remember(Latent newest, int limit) {
    List<Latent> longer = new ArrayList<>(history);
    longer.add(newest);
    return longer.subList(Math.max(0, longer.size() - limit), longer.size());
  }

  /** An earlier entry of the history; 0 is the newest. */
  Latent past(int back) {
    return history.get(history.size() - 1 - back);
  }
}
