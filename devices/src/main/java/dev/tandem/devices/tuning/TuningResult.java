package dev.tandem.devices.tuning;

import java.util.List;

/**
 * What a search did.
 *
 * @param tuned operations searched in this run
 * @param known operations that the profile already had
 * @param left operations for which there was no time
 * @param wrong combinations rejected for their results
 * @param failed combinations that did not build or run
 * @param cancelled whether it was told to stop
 */
public record TuningResult(
    List<TunedOperation> tuned, int known, int left, int wrong, int failed, boolean cancelled) {
  public TuningResult {
    tuned = List.copyOf(tuned);
  }
}
