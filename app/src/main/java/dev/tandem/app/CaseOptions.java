package dev.tandem.app;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.Devices;
import dev.tandem.devices.cases.OpCase;
import dev.tandem.devices.cases.OpCases;
import dev.tandem.devices.cases.Tag;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The part of {@code tandem devices} that runs operation cases. */
final class CaseOptions {
  private static final String REFERENCE = "reference";

  @Option(
      names = "--case",
      paramLabel = "TEXT",
      description =
          "Run the operation cases whose name contains this, for example conv2d: how far each"
              + " device is from the reference device, and how fast.")
  private Optional<String> text = Optional.empty();

  @Option(
      names = "--matrix",
      description = "Run all small operation cases: which device computes what, and how precisely.")
  private boolean matrix;

  @Option(
      names = "--on",
      paramLabel = "DEVICE",
      description =
          "With --case or --matrix: this device; may be repeated (default: all found but the"
              + " reference device).")
  private List<String> on = new ArrayList<>();

  boolean asked() {
    return matrix || text.isPresent() || !on.isEmpty();
  }

  /**
   * Runs the cases and prints what became of them.
   *
   * @return the exit code: failed if a case or a device did
   */
  int run(PrintWriter out, PrintWriter err, boolean json) {
    if (matrix == text.isPresent()) {
      throw new UsageException("--on needs either --case TEXT or --matrix, and not both");
    }
    List<OpCase> cases = cases();
    List<CaseTrial> trials;
    int opened = 0;
    List<String> specs = on.isEmpty() ? found() : on;
    try (OpenDevices devices = new OpenDevices()) {
      for (String spec : specs) {
        try {
          devices.open(spec);
          opened++;
        } catch (DeviceException e) {
          err.println("tandem: " + e.getMessage());
        }
      }
      trials = CaseTrial.all(cases, devices.all(), !matrix);
    }
    if (opened == 0) {
      err.flush();
      return Main.FAILED;
    }
    if (matrix) {
      SupportMatrix.of(trials).print(out, json);
    } else {
      CaseTable.print(out, trials, json);
    }
    out.flush();
    err.flush();
    boolean failed = opened < specs.size() || trials.stream().anyMatch(t -> t.outcome().failed());
    return failed ? Main.FAILED : Main.DONE;
  }

  private List<OpCase> cases() {
    if (matrix) {
      return OpCases.tagged(Tag.CORRECTNESS);
    }
    String wanted = text.orElseThrow();
    List<OpCase> found = OpCases.all().stream().filter(c -> c.name().contains(wanted)).toList();
    if (found.isEmpty()) {
      throw new UsageException(
          "no operation case has '"
              + wanted
              + "' in its name; there are for example '"
              + OpCases.all().getFirst()
              + "' and '"
              + OpCases.all().getLast()
              + "'");
    }
    return found;
  }

  private static List<String> found() {
    return Devices.list().stream().map(DeviceInfo::id).filter(id -> !id.equals(REFERENCE)).toList();
  }
}
