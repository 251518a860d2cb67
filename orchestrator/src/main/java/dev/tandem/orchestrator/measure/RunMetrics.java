package dev.tandem.orchestrator.measure;

import dev.tandem.orchestrator.timeline.Overlap;
import dev.tandem.orchestrator.timeline.Span;
import java.util.Collection;
import java.util.List;

/**
 * The figures of one run.
 *
 * @param wallNs from the first submission to the last completion
 * @param done pictures finished
 * @param latencies of the pictures
 * @param overlap how well the devices worked at once
 * @param devices what each device did
 */
public record RunMetrics(
    long wallNs, int done, Latencies latencies, Overlap overlap, List<DeviceUse> devices) {
  public RunMetrics {
    devices = List.copyOf(devices);
  }

  /** From all spans of a run whose pictures were all made. */
  public static RunMetrics of(Collection<Span> spans, long wallNs, int done) {
    return RunFigures.of(spans).metrics(wallNs, done);
  }

  public double picturesPerSecond() {
    return wallNs == 0 ? 0 : done / (wallNs / 1e9);
  }

  /** Share of the run in which the device computed, 0 to 1. */
  public double busyShare(DeviceUse use) {
    return wallNs == 0 ? 0 : (double) use.busyNs() / wallNs;
  }
}
