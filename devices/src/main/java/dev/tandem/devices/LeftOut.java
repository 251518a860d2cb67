package dev.tandem.devices;

/**
 * A device, or a driver with all its devices, that was found but cannot be used.
 *
 * @param id what {@link Devices#open} would take, for example {@code opencl:rusticl}
 * @param name what it calls itself
 * @param reason why, in one line
 * @param failed false if nothing is wrong: a driver may have no device here
 */
public record LeftOut(String id, String name, String reason, boolean failed) {
  @Override
  public String toString() {
    return id + " (" + name + ") is left out: " + reason;
  }
}
