package dev.tandem.planning.simulate;

import dev.tandem.devices.profile.DeviceProfile.PowerDraw;
import dev.tandem.orchestrator.placement.StageCosts;
import java.util.Optional;

/** Costs with the detail that a simulation needs. */
public interface SimulationCosts extends StageCosts {
  /** The device computing one unit of work while nothing else is busy, ns. */
  double deviceNs(Work work, String device);

  /** Work of the stage's own thread for one unit, while the device is free for others, ns. */
  double hostNs(Work work, String device);

  /** Handing a finished picture to its listener, ns. */
  double outputNs();

  /** How many times as long a device takes while another one is busy, at least 1. */
  double slowdown(String device, Work work, String other, Work otherWork);

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
