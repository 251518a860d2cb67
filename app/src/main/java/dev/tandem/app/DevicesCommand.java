package dev.tandem.app;

import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.Devices;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tandem devices}: what this machine can compute on. */
@Command(
    name = "devices",
    mixinStandardHelpOptions = true,
    description = "Lists the devices of this machine.")
final class DevicesCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    var out = spec.commandLine().getOut();
    List<List<String>> rows = Devices.list().stream().map(DevicesCommand::row).toList();
    Table.print(out, List.of("id", "type", "units", "memory", "name", "driver"), rows);
    out.flush();
  }

  private static List<String> row(DeviceInfo d) {
    return List.of(
        d.id(),
        d.type().name().toLowerCase(Locale.ROOT).replace('_', ' '),
        Integer.toString(d.computeUnits()),
        String.format(Locale.ROOT, "%.1f GiB", d.memoryBytes() / (double) (1L << 30)),
        d.name(),
        d.driver());
  }
}
