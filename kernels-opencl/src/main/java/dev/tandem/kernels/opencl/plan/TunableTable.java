package dev.tandem.kernels.opencl.plan;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.json.StrictJson;
import dev.tandem.devices.profile.Profile;
import dev.tandem.devices.profile.TunableEntry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Tunables as data: the built-in table and, before it, a tuned profile. An entry applies where all
 * that it names fits; of those that apply, the most exact one wins: shape, then device, then vendor
 * and type, then vector width, then type, then the default; of equally exact ones the first.
 */
public record TunableTable(List<TunableEntry> entries) {
  private static final String BUILT_IN = "/dev/tandem/kernels/opencl/tunables.json";

  private record BuiltIn(List<TunableEntry> tunables) {}

  public TunableTable {
    entries = List.copyOf(entries);
  }

  /** The built-in table and, before it, a profile's. */
  public static TunableTable of(Optional<Profile> profile) {
    List<TunableEntry> all = new ArrayList<>();
    profile.ifPresent(p -> all.addAll(p.tunables()));
    try (InputStream in = TunableTable.class.getResourceAsStream(BUILT_IN)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      all.addAll(StrictJson.read("tunables.json", text, BuiltIn.class).tunables());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new TunableTable(all);
  }

  /**
   * Values for a kernel on a device.
   *
   * @throws DeviceException if not even a default is known
   */
  public Tunables find(String kernel, DeviceTraits device, String shape) {
    Optional<TunableEntry> best =
        entries.stream()
            .filter(e -> e.kernel().equals(kernel) && fits(e, device, shape))
            .max(Comparator.comparingInt(TunableTable::exactness)); // the first of equals
    return best.map(e -> Tunables.of(e.values()))
        .orElseThrow(
            () ->
                new DeviceException("no tunables for kernel '" + kernel + "' on " + device.name()));
  }

  private static boolean fits(TunableEntry e, DeviceTraits d, String shape) {
    return fits(e.device(), d.name())
        && fits(e.vendor(), d.vendor())
        && fits(e.type(), d.type().name())
        && fits(e.vectorWidth(), d.vectorWidth())
        && fits(e.shape(), shape)
        && (e.kernelVersion().isEmpty()
            || fits(e.kernelVersion(), KernelSource.version(e.kernel())));
  }

  private static <T> boolean fits(Optional<T> asked, T is) {
    return asked.isEmpty() || asked.get().equals(is);
  }

  private static int exactness(TunableEntry e) {
    return (e.shape().isPresent() ? 32 : 0)
        + (e.device().isPresent() ? 16 : 0)
        + (e.vendor().isPresent() ? 8 : 0)
        + (e.vectorWidth().isPresent() ? 4 : 0)
        + (e.type().isPresent() ? 2 : 0);
  }

  /** The same table with more exact knowledge: it wins over entries that are equally exact. */
  public TunableTable with(List<TunableEntry> better) {
    List<TunableEntry> all = new ArrayList<>(better);
    all.addAll(entries);
    return new TunableTable(all);
  }
}
