package dev.tandem.app;

import dev.tandem.devices.profile.DeviceProfile;
import dev.tandem.devices.profile.Interference;
import dev.tandem.devices.profile.StageCost;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A profile's figures as tables for people. */
final class ProfileView {
  private ProfileView() {}

  static void table(PrintWriter out, List<DeviceProfile> devices, List<Interference> interference) {
    List<List<String>> rows = new ArrayList<>();
    for (DeviceProfile d : devices) {
      for (StageCost s : d.stages()) {
        rows.add(
            List.of(
                d.id(),
                stage(s),
                s.width() + "x" + s.height(),
                Integer.toString(s.batch()),
                millis(s.medianMillis()),
                "+-" + millis(s.madMillis()),
                millis(s.hostMillis()),
                String.format(Locale.ROOT, "%.0f MiB", s.memoryBytes() / (double) (1 << 20))));
      }
    }
    Table.print(
        out,
        List.of("device", "stage", "size", "batch", "ms", "spread", "host ms", "memory"),
        rows);
    if (!interference.isEmpty()) {
      out.println();
      Table.print(
          out,
          List.of("device", "doing", "while", "does", "takes"),
          interference.stream().map(ProfileView::row).toList());
    }
  }

  private static String stage(StageCost s) {
    return s.stage() + s.precision().map(p -> " " + p.name().toLowerCase(Locale.ROOT)).orElse("");
  }

  private static List<String> row(Interference i) {
    return List.of(
        i.device(),
        i.stage().orElse("anything"),
        i.whileBusy(),
        i.whileStage().orElse("anything"),
        String.format(Locale.ROOT, "%.2fx", i.slowdown()));
  }

  private static String millis(double ms) {
    return String.format(Locale.ROOT, ms < 10 ? "%.2f" : "%.1f", ms);
  }
}
