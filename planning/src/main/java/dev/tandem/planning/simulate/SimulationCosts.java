package dev.tandem.planning.simulate;

import dev.tandem.devices.DeviceSpec;
import dev.tandem.devices.profile.DeviceProfile.PowerDraw;
import dev.tandem.orchestrator.placement.StageCosts;
import java.util.Optional;

/** Costs with the detail that a simulation needs. */
public interface SimulationCosts extends StageCosts {
  /** The device computing one unit of work while nothing else is busy, ns. */
  double deviceNs(Work work, String device);

  /** The host's part of one unit, for which the device is held, ns; none if not said otherwise. */
  default double hostNs(Work work, String device) {
    return 0;
  }

  /** Handing a finished picture to its listener, ns; 0 if not said otherwise. */
  default double outputNs() {
    return 0;
  }

  /**
   * How many times as long a device takes while another one is busy, at least 1, and 1 if not said
   * otherwise.
   */
  default double slowdown(String device, Work work, String other, Work otherWork) {
    return 1;
  }

  /** Which hardware computes: devices of equal texts share its memory. */
  default String hardware(String device) {
    return DeviceSpec.physical(device);
  }

  /** Electrical power, where known. */
  default Optional<PowerDraw> power(String device) {
    return Optional.empty();
  }

  @Override
  default long ns(Work work, String device) {
    return Math.round(deviceNs(work, device) + hostNs(work, device));
  }

  /** Costs of which no more is known than strategies need: no host work, no interference. */
  static SimulationCosts of(StageCosts costs) {
    return costs instanceof SimulationCosts full ? full : new PlainCosts(costs);
  }
}
