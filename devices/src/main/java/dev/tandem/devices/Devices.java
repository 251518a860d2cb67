package dev.tandem.devices;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** Finds and opens devices through every {@link DeviceProvider} on the class path. */
public final class Devices {
  /** After all others: what shows their hardware once more, and the oracle of tests. */
  private static final List<String> LAST = List.of(TornadoHome.SCHEME, "reference");

  private Devices() {}

  private static Stream<DeviceProvider> providers() {
    return ServiceLoader.load(DeviceProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparingInt(p -> LAST.indexOf(p.scheme())));
  }

  /** Every device found, the reference device last. */
  public static List<DeviceInfo> list() {
    return providers().flatMap(p -> p.list().stream()).toList();
  }

  /** Ids of what is taken where nobody has named devices: not what shows others' hardware again. */
  public static List<String> usual() {
    return providers()
        .filter(p -> !LAST.contains(p.scheme()))
        .flatMap(p -> p.list().stream())
        .map(DeviceInfo::id)
        .toList();
  }

  /** Every device found with all that is known of it, the reference device last. */
  public static List<DeviceDetails> details() {
    return providers().flatMap(p -> p.details().stream()).toList();
  }

  /** Why device families that could be there are not, one line each. */
  public static List<String> problems() {
    List<String> all = new ArrayList<>();
    providers().flatMap(p -> p.problem().stream()).forEach(all::add);
    if (TornadoHome.isNamed()) {
      TornadoHome.problem().ifPresent(p -> all.add("no TornadoVM: " + p));
    }
    return all;
  }

  /** Every {@link DeviceProvider#leftOut} of every provider. */
  public static List<LeftOut> leftOut() {
    return providers().flatMap(p -> p.leftOut().stream()).toList();
  }

  /** Every {@link DeviceProvider#specs} of every provider. */
  public static List<String> specs() {
    return providers().flatMap(p -> p.specs().stream()).toList();
  }

  /**
   * Opens a device from its text form ({@link DeviceSpec}).
   *
   * @throws DeviceException if no such device exists; the message lists what does
   */
  public static Device open(String spec) {
    return open(DeviceSpec.parse(spec));
  }

  /**
   * Opens a device.
   *
   * @throws DeviceException if no such device exists; the message lists what does
   */
  public static Device open(DeviceSpec s) {
    for (DeviceProvider p : ServiceLoader.load(DeviceProvider.class)) {
      if (p.scheme().equals(s.scheme())) {
        return p.open(s);
      }
    }
    throw unknown(s);
  }

  private static DeviceException unknown(DeviceSpec s) {
    return new DeviceException(
        "unknown device '"
            + s.text()
            + "'"
            + (s.scheme().equals(TornadoHome.SCHEME) ? ": " + withoutTornado() : "")
            + "; found: "
            + String.join(", ", list().stream().map(DeviceInfo::id).toList()));
  }

  private static String withoutTornado() {
    return TornadoHome.problem().orElse("tandem-kernels-tornado is not on the class path");
  }
}
