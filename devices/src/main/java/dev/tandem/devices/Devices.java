package dev.tandem.devices;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** Finds and opens devices through every {@link DeviceProvider} on the class path. */
public final class Devices {
  private Devices() {}

  /** Every device found, the reference device last. */
  public static List<DeviceInfo> list() {
    List<DeviceInfo> all = new ArrayList<>();
    List<DeviceInfo> reference = new ArrayList<>();
    for (DeviceProvider p : ServiceLoader.load(DeviceProvider.class)) {
      (p.scheme().equals("reference") ? reference : all).addAll(p.list());
    }
    all.addAll(reference);
    return all;
  }

  /** Every device found with all that is known of it, the reference device last. */
  public static List<DeviceDetails> details() {
    List<DeviceDetails> all = new ArrayList<>();
    List<DeviceDetails> reference = new ArrayList<>();
    for (DeviceProvider p : ServiceLoader.load(DeviceProvider.class)) {
      (p.scheme().equals("reference") ? reference : all).addAll(p.details());
    }
    all.addAll(reference);
    return all;
  }

  /** Why device families that could be there are not, one line each. */
  public static List<String> problems() {
    List<String> all = new ArrayList<>();
    for (DeviceProvider p : ServiceLoader.load(DeviceProvider.class)) {
      p.problem().ifPresent(all::add);
    }
    if (TornadoHome.isNamed()) {
      TornadoHome.problem().ifPresent(p -> all.add("no TornadoVM: " + p));
    }
    return all;
  }

  /** Every {@link DeviceProvider#leftOut} of every provider. */
  public static List<LeftOut> leftOut() {
    List<LeftOut> all = new ArrayList<>();
    for (DeviceProvider p : ServiceLoader.load(DeviceProvider.class)) {
      all.addAll(p.leftOut());
    }
    return all;
  }

  /** Every {@link DeviceProvider#specs} of every provider. */
  public static List<String> specs() {
    List<String> all = new ArrayList<>();
    for (DeviceProvider p : ServiceLoader.load(DeviceProvider.class)) {
      all.addAll(p.specs());
    }
    return all;
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
    throw new DeviceException(
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
