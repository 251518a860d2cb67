package dev.tandem.app;

import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.Steps;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Placements in a line for people. */
final class Placements {
  private Placements() {}

  static String text(Placement p) {
    return p.lanes().stream().map(Placements::text).collect(Collectors.joining(" || "));
  }

  private static String text(Lane lane) {
    List<String> devices = List.copyOf(lane.devices());
    if (devices.size() == 1) {
      return "all on " + devices.getFirst();
    }
    String denoise =
        lane.denoise().stream().map(Placements::text).collect(Collectors.joining(" then "));
    return "text "
        + String.join(" or ", lane.text())
        + ", unet "
        + denoise
        + ", vae "
        + String.join(" or ", lane.decode());
  }

  private static String text(DenoisePart part) {
    String where = part.device() + part.unconditional().map(u -> " with " + u).orElse("");
    return switch (part.steps()) {
      case Steps.Count c -> c.count() + " steps " + where;
      case Steps.Percent c -> String.format(Locale.ROOT, "%.0f%% ", c.percent()) + where;
      case Steps.Rest _ -> where;
    };
  }
}
