package dev.tandem.planning;

import dev.tandem.devices.profile.DeviceProfile.PowerDraw;
import dev.tandem.planning.simulate.SimulationCosts;
import java.util.Optional;

/**
 * Costs of a job that decodes in tiles to save memory.
 *
 * @param whole costs without saving
 * @param tile costs of decoding one tile
 * @param tiles of a picture
 */
record SavingCosts(SimulationCosts whole, SimulationCosts tile, int tiles)
    implements SimulationCosts {

  @Override
  public double deviceNs(Work work, String device) {
    return work == Work.DECODE ? tiles * tile.deviceNs(work, device) : whole.deviceNs(work, device);
  }

  @Override
  public double hostNs(Work work, String device) {
    return work == Work.DECODE ? tiles * tile.hostNs(work, device) : whole.hostNs(work, device);
  }

  @Override
  public long bytes(Work work, String device) {
    return work == Work.DECODE ? tile.bytes(work, device) : whole.bytes(work, device);
  }

  @Override
  public double outputNs() {
    return whole.outputNs();
  }

  @Override
  public double slowdown(String device, Work work, String other, Work otherWork) {
    return whole.slowdown(device, work, other, otherWork);
  }

  @Override
  public String hardware(String device) {
    return whole.hardware(device);
  }

  @Override
  public long memoryBytes(String device) {
    return whole.memoryBytes(device);
  }

  @Override
  public long transferNs(long bytes, String from, String to) {
    return whole.transferNs(bytes, from, to);
  }

  @Override
  public Optional<PowerDraw> power(String device) {
    return whole.power(device);
  }
}
