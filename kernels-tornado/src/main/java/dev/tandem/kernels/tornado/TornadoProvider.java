package dev.tandem.kernels.tornado;

import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceDetails;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.DeviceProvider;
import dev.tandem.devices.DeviceSpec;
import dev.tandem.devices.TornadoHome;
import java.util.List;
import java.util.Optional;

/**
 * Offers TornadoVM's devices as {@code tornado:N[,kernels=java|prebuilt]}. Where Java was started
 * without TornadoVM there are none, and nothing is loaded to find that out.
 */
public final class TornadoProvider implements DeviceProvider {
  @Override
  public String scheme() {
    return "tornado";
  }

  @Override
  public List<DeviceInfo> list() {
    return details().stream().map(DeviceDetails::info).toList();
  }

  @Override
  public List<DeviceDetails> details() {
    return Discovery.now().devices().stream().map(FoundDevice::details).toList();
  }

  /** Of a TornadoVM that runs; for one that does not {@link TornadoHome} speaks. */
  @Override
  public Optional<String> problem() {
    return TornadoHome.problem().isPresent() ? Optional.empty() : Discovery.now().whyNone();
  }

  @Override
  public Device open(DeviceSpec spec) {
    Settings settings = Settings.of(spec);
    return TornadoVmDevice.open(spec, Discovery.now().find(spec.selector()), settings);
  }
}
