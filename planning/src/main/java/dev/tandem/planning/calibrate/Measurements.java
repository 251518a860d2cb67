package dev.tandem.planning.calibrate;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.profile.DeviceProfile;
import dev.tandem.devices.profile.Interference;
import dev.tandem.devices.profile.Link;
import dev.tandem.devices.profile.Machine;
import dev.tandem.devices.profile.PowerState;
import dev.tandem.devices.profile.Profile;
import dev.tandem.devices.profile.StageCost;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What a calibration measured.
 *
 * @param throttled whether the processor was slowed down for its temperature meanwhile
 */
public record Measurements(
    Machine machine,
    PowerState.Source source,
    boolean throttled,
    List<DeviceProfile> devices,
    List<Link> links,
    List<Interference> interference,
    List<StageCost> host,
    LocalDate date) {

  /** Puts the measurements into a profile, and keeps what it says of other devices and models. */
  public Profile into(Profile p) {
    Set<String> ids = devices.stream().map(DeviceProfile::id).collect(Collectors.toSet());
    List<DeviceProfile> allDevices = new ArrayList<>();
    for (DeviceProfile d : devices) {
      allDevices.add(p.device(d.id()).map(before -> merged(before, d)).orElse(d));
    }
    allDevices.addAll(kept(p.devices(), d -> !ids.contains(d.id())));
    List<Link> allLinks = new ArrayList<>(links);
    allLinks.addAll(kept(p.links(), l -> !ids.contains(l.to())));
    List<Interference> allPairs = new ArrayList<>(interference);
    allPairs.addAll(
        kept(p.interference(), i -> !(ids.contains(i.device()) && ids.contains(i.whileBusy()))));
    Map<String, String> sources = new HashMap<>(p.sources());
    String measured = "measured " + date + " by calibrate";
    ids.forEach(id -> sources.put("devices/" + id, measured));
    sources.put("links", measured);
    if (!interference.isEmpty()) {
      sources.put("interference", measured);
    }
    return new Profile(
        p.format(),
        p.name(),
        p.description(),
        machine,
        new PowerState(source, throttled),
        allDevices,
        costs(p.host(), host),
        allLinks,
        allPairs,
        p.tunables(),
        sources);
  }

  private static <T> List<T> kept(List<T> all, Predicate<T> test) {
    return all.stream().filter(test).toList();
  }

  /** Rates of operations are those of single precision, as soon as they are known. */
  private static DeviceProfile merged(DeviceProfile before, DeviceProfile now) {
    boolean half = now.stages().stream().anyMatch(s -> s.key().precision() != Precision.F32);
    DeviceProfile rates = half && !before.operations().isEmpty() ? before : now;
    return new DeviceProfile(
        now.id(),
        now.name(),
        now.vendor().or(before::vendor),
        now.platform().or(before::platform),
        now.driver(),
        now.hardware().or(before::hardware),
        now.type(),
        now.computeUnits(),
        now.f16(),
        now.unifiedMemory(),
        now.limits(),
        rates.peak(),
        now.power().or(before::power),
        rates.operations(),
        costs(before.stages(), now.stages()));
  }

  private static List<StageCost> costs(List<StageCost> before, List<StageCost> now) {
    List<StageCost> all = new ArrayList<>(now);
    all.addAll(kept(before, b -> now.stream().noneMatch(n -> replaces(n, b))));
    return all;
  }

  /** A cost that does not say of which model of its name it is gives way to one that does. */
  private static boolean replaces(StageCost now, StageCost before) {
    return before.key().fits(now.key())
        && (now.modelDigest().isPresent() || before.modelDigest().isEmpty());
  }
}
