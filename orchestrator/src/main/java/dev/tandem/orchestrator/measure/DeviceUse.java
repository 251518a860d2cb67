package dev.tandem.orchestrator.measure;

import dev.tandem.devices.Clock;
import java.util.EnumMap;
import java.util.Map;

/**
 * What one device did in a run.
 *
 * @param busyNs time it computed
 * @param transferNs time in which data went between it and the host
 * @param bubbles how long it idled between its first and its last work, by cause, ns
 * @param errorNs how far off its clock may be at most: 0 for the host's, ns
 */
public record DeviceUse(
    String device, long busyNs, long transferNs, Map<Bubble.Cause, Long> bubbles, long errorNs) {

  public DeviceUse {
    bubbles = bubbles.isEmpty() ? Map.of() : new EnumMap<>(bubbles);
  }

  /** Whose clock the times come from. */
  public Clock.By clock() {
    return errorNs == 0 ? Clock.By.HOST : Clock.By.DEVICE;
  }

  /** Time lost to bubbles of one cause, ns. */
  public long bubbleNs(Bubble.Cause cause) {
    return bubbles.getOrDefault(cause, 0L);
  }
}
