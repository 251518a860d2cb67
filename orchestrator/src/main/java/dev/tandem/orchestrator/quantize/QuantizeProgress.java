package dev.tandem.orchestrator.quantize;

/** Hears how far a quantisation is. */
@FunctionalInterface
public interface QuantizeProgress {
  /**
   * Something is done.
   *
   * @param what a prompt or a layer
   * @param done of {@code total} prompts or layers
   */
  void at(String what, int done, int total);
}
