package dev.tandem.kernels.opencl;

import dev.tandem.devices.CompileOptions.WeightMemory;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceSpec;
import dev.tandem.devices.files.CacheFolder;
import dev.tandem.devices.profile.ProfileFile;
import dev.tandem.kernels.opencl.plan.KernelFamily;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * The options of an OpenCL device, as a user writes them after its name.
 *
 * @param family {@code family=cpu|gpu}: which kernels to use; by default those for its type
 * @param halfArithmetic {@code arith=f16}: products of matrices and attention are computed in 16
 *     bits, too, tile by tile (decision note 016); by default, {@code arith=f32}, only stored
 * @param mapped {@code transfer=mapped|copied}: whether the caller's tensors are the device's
 *     memory; by default the large ones, where host and device share memory
 * @param cache {@code cache=DIR} for compiled programs, {@code cache=off} for none; by default
 *     {@code opencl} in {@link CacheFolder}, and none where the platform {@link #keepsPrograms
 *     keeps them}
 * @param cacheGiven whether the user named the cache
 * @param profile {@code profile=FILE}: tuned values, which come before the built-in ones, and which
 *     device is meant; {@code profile=off}: none. By default this machine's own, where there is one
 * @param profileGiven whether the user named the profile
 * @param weights {@code weights=speed|rest|stream}: where weights are if a run does not say so
 */
record Settings(
    Optional<KernelFamily> family,
    boolean halfArithmetic,
    Optional<Boolean> mapped,
    Optional<Path> cache,
    boolean cacheGiven,
    Optional<Path> profile,
    boolean profileGiven,
    WeightMemory weights) {

  /** The family of kernels for a device. */
  KernelFamily family(ClDevice device) {
    return family.orElse(KernelFamily.of(device.type()));
  }

  static Settings of(DeviceSpec spec) {
    spec.allowOptions(
        Set.of("family", "arith", "transfer", "cache", "profile", DeviceSpec.WEIGHTS));
    Optional<KernelFamily> family =
        choice(spec, "family", "cpu", "gpu")
            .map(f -> f.equals("cpu") ? KernelFamily.CPU : KernelFamily.GPU);
    boolean half = choice(spec, "arith", "f32", "f16").filter(a -> a.equals("f16")).isPresent();
    Optional<Boolean> mapped =
        choice(spec, "transfer", "mapped", "copied").map(t -> t.equals("mapped"));
    String cache = spec.options().get("cache");
    Optional<Path> directory =
        cache == null
            ? defaultCache()
            : cache.equals("off") ? Optional.empty() : Optional.of(Path.of(cache));
    String profile = spec.options().getOrDefault("profile", "");
    boolean given = !profile.isEmpty() && !profile.equals("off");
    Optional<Path> file =
        given
            ? Optional.of(Path.of(profile))
            : Optional.of(ProfileFile.ofThisMachine())
                .filter(p -> !profile.equals("off") && Files.exists(p));
    return new Settings(
        family, half, mapped, directory, cache != null, file, given, spec.weightMemory());
  }

  /** Where compiled programs of a device are stored, if anywhere. */
  Optional<Path> cache(ClDevice device) {
    return cache.filter(c -> cacheGiven || !keepsPrograms(device));
  }

  /**
   * Whether a platform itself keeps what it has compiled, between processes. PoCL does, and needs
   * longer to hand a program out than to build it (decision note 058).
   */
  private static boolean keepsPrograms(ClDevice device) {
    return device.platformName().equals("Portable Computing Language");
  }

  /** Where no folder can be written, programs are built again in each run. */
  private static Optional<Path> defaultCache() {
    try {
      return Optional.of(CacheFolder.ofThisProcess().writable().resolve("opencl"));
    } catch (IOException e) {
      System.getLogger(Settings.class.getName())
          .log(System.Logger.Level.DEBUG, "programs are not cached: {0}", e.getMessage());
      return Optional.empty();
    }
  }

  private static Optional<String> choice(DeviceSpec spec, String key, String a, String b) {
    String v = spec.options().get(key);
    if (v != null && !v.equals(a) && !v.equals(b)) {
      throw new DeviceException(
          "device '" + spec.text() + "': " + key + "=" + v + " is neither " + a + " nor " + b);
    }
    return Optional.ofNullable(v);
  }
}
