package dev.tandem.devices.tuning;

import dev.tandem.devices.Device;
import java.util.function.BooleanSupplier;

/** A device whose kernels have tunables that can be searched. */
public interface TunableDevice extends Device {
  /**
   * Searches the tunables of every operation shape of some graphs. Winners are written into the
   * profile as they are found; what the profile already has is not searched again.
   *
   * @throws dev.tandem.devices.DeviceException if the device fails beyond a single candidate
   */
  TuningResult tune(TuningRequest request, TuningListener listener);

  /**
   * Compares every combination of tunables that a search may ever pick with the reference device,
   * on small odd shapes.
   *
   * @param cancelled asked before each combination
   */
  Verification verify(TuningListener listener, BooleanSupplier cancelled);
}
