package dev.tandem.orchestrator.memory;

import dev.tandem.devices.ByteSize;
import dev.tandem.stages.MemoryForm;

/**
 * What was chosen for a device.
 *
 * @param limit what it may use, bytes
 */
public record DevicePlan(String device, long limit, MemoryForm form, DeviceNeed need) {
  /** The most that the device is expected to take, bytes. */
  public long peak() {
    return need.peak().total();
  }

  /** Some lines for people. */
  @Override
  public String toString() {
    StringBuilder s = new StringBuilder();
    s.append("memory of ").append(device).append(": at most ");
    s.append(ByteSize.format(peak())).append(" of ").append(ByteSize.format(limit));
    s.append(", ").append(FormText.of(form));
    for (StageNeed n : need.stages()) {
      s.append("\n  ").append(n.name()).append(": ").append(n.use());
    }
    return s.toString();
  }
}
