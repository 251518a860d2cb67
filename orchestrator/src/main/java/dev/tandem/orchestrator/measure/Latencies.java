package dev.tandem.orchestrator.measure;

import java.util.Collection;
import org.HdrHistogram.PackedHistogram;

/**
 * How long pictures took from the start of their first stage to the end of their last, waiting in
 * between included, to three digits.
 */
public final class Latencies {
  private static final int DIGITS = 3;

  private final PackedHistogram ns = new PackedHistogram(DIGITS);

  /** Those of several runs. */
  public static Latencies all(Collection<Latencies> runs) {
    Latencies all = new Latencies();
    runs.forEach(run -> all.ns.add(run.ns));
    return all;
  }

  /** A picture took so long, ns. */
  void add(long picture) {
    ns.recordValue(picture);
  }

  /** How many pictures there were. */
  public long count() {
    return ns.getTotalCount();
  }

  /**
   * The latency that so many percent of the pictures do not exceed, to three digits, ns.
   *
   * @param percent 0 to 100
   */
  public long percentileNs(double percent) {
    return ns.getValueAtPercentile(percent);
  }
}
