package dev.tandem.lab;

/**
 * What every setting draws.
 *
 * @param index place in the lab, from 0
 * @param object what the prompt is about: one of the judge's objects
 * @param seed unsigned
 */
public record LabPair(int index, String prompt, String object, long seed) {
  /** Larger than any lab's number of pairs. */
  static final int MOST = 100_000;

  private static final long OTHER = 1L << 40;

  /** The same prompt with a seed that no pair of a lab has, to see what the seed alone changes. */
  LabPair reseeded() {
    return new LabPair(MOST + index, prompt, object, seed ^ OTHER);
  }
}
