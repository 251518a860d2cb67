package dev.tandem.devices;

import java.util.List;
import java.util.Optional;

/**
 * What a table of devices shows of one piece of hardware, without running anything.
 *
 * @param platform what drives it, for example {@code Portable Computing Language}
 * @param f16 what it does with 16-bit floats
 * @param unifiedMemory whether it shares main memory, so that nothing need be copied
 * @param maxAllocationBytes its largest single buffer
 * @param hardware tells which devices compute on the same hardware: equal texts do; empty where
 *     nothing is known
 * @param parts ids of the equal sub-devices that can be opened by themselves
 * @param alsoAs ids of the same hardware through other platforms
 */
public record DeviceDetails(
    DeviceInfo info,
    Optional<String> vendor,
    Optional<String> platform,
    F16 f16,
    boolean unifiedMemory,
    long maxAllocationBytes,
    String hardware,
    List<String> parts,
    List<String> alsoAs) {
  /** {@link #hardware} of everything that computes on the processor that runs this program. */
  public static final String HOST_PROCESSOR = "host processor";

  /** Use of 16-bit floats. */
  public enum F16 {
    /** None. */
    NONE("no"),
    /** They are stored; sums and products are 32-bit. */
    STORAGE("storage"),
    /** They are stored and, where that is asked for, computed with. */
    ARITHMETIC("arithmetic");

    private final String text;

    F16(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  public DeviceDetails {
    parts = List.copyOf(parts);
    alsoAs = List.copyOf(alsoAs);
  }

  /** What can be said of a device of whose provider nothing else is known. */
  static DeviceDetails of(DeviceInfo info) {
    boolean cpu = info.type() == DeviceInfo.Type.CPU;
    return new DeviceDetails(
        info,
        Optional.empty(),
        Optional.empty(),
        F16.NONE,
        cpu,
        info.memoryBytes(),
        cpu ? HOST_PROCESSOR : "",
        List.of(),
        List.of());
  }

  /** The same device with another use of 16-bit floats. */
  public DeviceDetails with(F16 use) {
    return new DeviceDetails(
        info, vendor, platform, use, unifiedMemory, maxAllocationBytes, hardware, parts, alsoAs);
  }
}
