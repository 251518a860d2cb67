package dev.tandem.devices.profile;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.tandem.devices.json.FieldException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One machine: what it can compute on and what that costs.
 *
 * @param format version of the file format: {@link #FORMAT}
 * @param description one sentence for people
 * @param machine what the devices are built into
 * @param power how the machine was fed while it was measured
 * @param devices what can compute
 * @param host work of stages that runs on no device, for example writing pictures
 * @param links bandwidth and latency between host and devices
 * @param interference how much devices slow each other down
 * @param tunables tuned kernels, as the kernels read them
 * @param sources where figures come from: a path such as {@code devices/opencl:0.0/peak} to a
 *     published source, {@code estimate}, or {@code measured DATE by calibrate}
 */
@JsonIgnoreProperties("$schema") // for editors
public record Profile(
    int format,
    String name,
    String description,
    Machine machine,
    PowerState power,
    List<DeviceProfile> devices,
    List<StageCost> host,
    List<Link> links,
    List<Interference> interference,
    List<TunableEntry> tunables,
    Map<String, String> sources) {
  /** The only version of the format so far. */
  public static final int FORMAT = 1;

  public Profile {
    if (format != FORMAT) {
      throw new FieldException("format", "must be " + FORMAT + ", got " + format);
    }
    FieldException.notBlank("name", name);
    devices = List.copyOf(devices);
    host = List.copyOf(host);
    links = List.copyOf(links);
    interference = List.copyOf(interference);
    tunables = List.copyOf(tunables);
    sources.forEach((path, source) -> FieldException.notBlank("sources." + path, source));
    sources = java.util.Collections.unmodifiableMap(new java.util.TreeMap<>(sources));
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < devices.size(); i++) {
      if (!ids.add(devices.get(i).id())) {
        throw new FieldException(
            "devices[" + i + "].id", "'" + devices.get(i).id() + "' stands there twice");
      }
    }
    for (int i = 0; i < links.size(); i++) {
      known(ids, "links[" + i + "].from", links.get(i).from());
      known(ids, "links[" + i + "].to", links.get(i).to());
    }
    for (int i = 0; i < interference.size(); i++) {
      known(ids, "interference[" + i + "].device", interference.get(i).device());
      known(ids, "interference[" + i + "].whileBusy", interference.get(i).whileBusy());
    }
  }

  private static void known(Set<String> ids, String field, String id) {
    if (!id.equals(Link.HOST) && !ids.contains(id)) {
      throw new FieldException(field, "names '" + id + "', which is no device of this profile");
    }
  }

  /** A profile of which nothing but the machine is known yet. */
  public static Profile of(String name, Machine machine) {
    return new Profile(
        FORMAT,
        name,
        "",
        machine,
        PowerState.UNKNOWN,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        Map.of());
  }

  public Optional<DeviceProfile> device(String id) {
    return devices.stream().filter(d -> d.id().equals(id)).findFirst();
  }

  /** The link of a device with the host, in either direction. */
  public Optional<Link> link(String device) {
    return links.stream().filter(l -> l.to().equals(device) || l.from().equals(device)).findFirst();
  }

  /** The same profile with other tuned kernels. */
  public Profile withTunables(List<TunableEntry> value) {
    return new Profile(
        format,
        name,
        description,
        machine,
        power,
        devices,
        host,
        links,
        interference,
        value,
        sources);
  }
}
