package dev.tandem.kernels.opencl;

import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceDetails;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.DeviceProvider;
import dev.tandem.devices.DeviceSpec;
import dev.tandem.devices.LeftOut;
import dev.tandem.devices.MemoryLimit;
import dev.tandem.devices.profile.DeviceProfile;
import dev.tandem.devices.profile.Profile;
import dev.tandem.devices.profile.ProfileFile;
import dev.tandem.kernels.opencl.plan.TunableTable;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the OpenCL devices of every installed platform. Thread-safe; it keeps no state. */
public final class OpenClProvider implements DeviceProvider {
  @Override
  public String scheme() {
    return "opencl";
  }

  /**
   * One entry for each piece of hardware: where two platforms show the same, the first stands for
   * both.
   */
  @Override
  public List<DeviceInfo> list() {
    return details().stream().map(DeviceDetails::info).toList();
  }

  @Override
  public List<DeviceDetails> details() {
    Discovery found = Discovery.now();
    return found.devices().stream()
        .filter(d -> found.twins(d).stream().noneMatch(t -> t.index() < d.index()))
        .map(d -> details(d, found.twins(d)))
        .toList();
  }

  @Override
  public List<String> specs() {
    return Discovery.now().devices().stream()
        .flatMap(d -> d.parts() > 1 ? Stream.of(d.id(), d.id() + ".0") : Stream.of(d.id()))
        .toList();
  }

  static DeviceDetails details(ClDevice d, List<ClDevice> twins) {
    return new DeviceDetails(
        d.info(d.id()),
        Optional.of(d.vendor()),
        Optional.of(d.platformName()),
        d.fp16() ? DeviceDetails.F16.ARITHMETIC : DeviceDetails.F16.STORAGE,
        d.unified(),
        d.maxAllocation(),
        d.hardware(),
        d.partIds(),
        twins.stream().map(t -> t.id() + " through " + t.platformName()).toList());
  }

  @Override
  public Optional<String> problem() {
    return Optional.of(Discovery.now().problem()).filter(p -> !p.isEmpty());
  }

  @Override
  public List<LeftOut> leftOut() {
    return Discovery.now().leftOut();
  }

  @Override
  public Device open(DeviceSpec spec) {
    return new TunableOpenClDevice(device(spec));
  }

  /** The device itself, which cannot be tuned. */
  static OpenClDevice device(DeviceSpec spec) {
    Settings settings = Settings.of(spec);
    Optional<Profile> profile = settings.profile().map(ProfileFile::load);
    List<DeviceProfile> meant =
        profile.filter(_ -> settings.profileGiven()).map(Profile::devices).orElse(List.of());
    Selector selected = Selector.find(spec.selector(), meant, Discovery.now());
    MemoryLimit own =
        new MemoryLimit(selected.device().memoryBytes(), selected.device().maxAllocation());
    return new OpenClDevice(selected, spec.memoryLimit(own), settings, TunableTable.of(profile));
  }
}
