package dev.tandem.orchestrator.memory;

import dev.tandem.devices.ByteSize;
import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.devices.MemoryLimit;
import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.stages.MemoryForm;
import java.util.List;
import java.util.Map;

/**
 * Why a device cannot do its part in any form, with the numbers.
 *
 * @param bound what the numbers are, in the message: empty where they are exact
 * @param smallest the form that takes least, and what it takes
 * @param others what other forms take
 * @param tiles whether decoding in tiles would be another form
 */
public record Refusal(
    String device,
    MemoryLimit limit,
    String bound,
    Taken smallest,
    Map<MemoryForm, DeviceNeed> others,
    boolean tiles) {

  /** A form, and what it takes. */
  public record Taken(MemoryForm form, DeviceNeed need) {}

  /** The exception that tells it. */
  public RequestException exception() {
    MemoryUse peak = smallest.need.peak();
    StringBuilder s = new StringBuilder();
    s.append("device '").append(device).append("' may use ");
    s.append(ByteSize.format(limit.total())).append(" of memory");
    if (peak.largest() > limit.largest()) {
      s.append(", in buffers of up to ").append(ByteSize.format(limit.largest()));
    }
    s.append(", but its stages need ").append(bound).append(ByteSize.format(peak.total()));
    if (peak.largest() > limit.largest()) {
      s.append(", one buffer of ").append(ByteSize.format(peak.largest()));
    }
    s.append(" (").append(FormText.of(smallest.form)).append(')');
    for (StageNeed n : smallest.need.stages()) {
      s.append("\n  ").append(n.name()).append(": ").append(n.use());
    }
    if (!others.isEmpty()) {
      s.append("\nOther forms:");
      others.forEach(
          (form, need) ->
              s.append("\n  ")
                  .append(FormText.of(form))
                  .append(": ")
                  .append(ByteSize.format(need.peak().total())));
    }
    s.append("\nWhat would fit: ");
    s.append(bound.isEmpty() ? "a limit of " + mebibytes(peak.total()) + "M, " : "");
    s.append("a smaller picture, another device for a stage");
    if (tiles) {
      s.append(", or tiles, which change the picture a little (--allow approximate)");
    }
    return new RequestException(s.append('.').toString());
  }

  private static long mebibytes(long bytes) {
    return Math.ceilDiv(bytes, 1L << 20);
  }

  /** Why devices that share memory cannot do their parts. */
  public static RequestException shared(
      List<String> devices, long budget, String bound, long need) {
    return new RequestException(
        "devices '"
            + String.join("' and '", devices)
            + "' share memory and may use "
            + ByteSize.format(budget)
            + " of it, but their stages need "
            + bound
            + ByteSize.format(need)
            + "; give a stage to other hardware, or make the picture smaller");
  }
}
