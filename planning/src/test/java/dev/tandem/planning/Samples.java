package dev.tandem.planning;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.profile.DeviceProfile;
import dev.tandem.devices.profile.DeviceProfile.Limits;
import dev.tandem.devices.profile.DeviceProfile.Peak;
import dev.tandem.devices.profile.Machine;
import dev.tandem.devices.profile.OperationCost;
import dev.tandem.devices.profile.PowerState;
import dev.tandem.devices.profile.Profile;
import dev.tandem.devices.profile.StageCost;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Profiles of a machine with one device, for tests. */
public final class Samples {
  public static final Path MODEL = Path.of(System.getProperty("tandem.root"), "models/default");
  public static final String DEVICE = "d";
  public static final long MEMORY = 1L << 30;

  private Samples() {}

  /** A guided step of the default model at its own size. */
  public static StageCost step(Optional<String> digest, Precision precision, double millis) {
    return new StageCost(
        "default", digest, "unet", 128, 128, 2, Optional.of(precision), millis, 0, 0, 0, 7);
  }

  /** A device that is limited by its memory, so that half the bytes are half the time. */
  public static DeviceProfile device(List<OperationCost> operations, StageCost... stages) {
    return new DeviceProfile(
        DEVICE,
        "n",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        DeviceInfo.Type.CPU,
        1,
        true,
        true,
        new Limits(MEMORY, MEMORY),
        new Peak(1e9, 10),
        Optional.empty(),
        operations,
        List.of(stages));
  }

  public static Profile profile(DeviceProfile... devices) {
    return new Profile(
        Profile.FORMAT,
        "m",
        "",
        new Machine("c", 1, MEMORY, "o"),
        PowerState.UNKNOWN,
        List.of(devices),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        Map.of());
  }
}
