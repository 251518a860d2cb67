package dev.tandem.devices.profile;

import dev.tandem.devices.json.FieldException;

/**
 * What the devices are built into.
 *
 * @param cpu the processor's own name
 * @param cores that the operating system shows
 * @param memoryBytes main memory
 * @param os name and version
 */
public record Machine(String cpu, int cores, long memoryBytes, String os) {
  public Machine {
    FieldException.notBlank("cpu", cpu);
    Range.COUNT.require("cores", cores);
    Range.BYTES.require("memoryBytes", memoryBytes);
    FieldException.notBlank("os", os);
  }
}
