package dev.tandem.conformance.golden;

import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The golden checks as a program: {@code GoldenMain DIR [--device SPEC...]}. Prints a line for each
 * check. Exits with 0 if all passed, 1 if one failed or there was none, 2 on bad usage.
 */
public final class GoldenMain {
  private static final String USAGE =
      """
      usage: golden DIR [--device SPEC...]
        DIR     a folder of golden data, laid out as conformance/golden
        SPEC    reference, cpu, opencl:0.0 and so on, or 'all' for every driver and a part of each;
                reference and cpu if none is given""";

  private final PrintStream out;
  private int checks;
  private int failed;

  GoldenMain(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] args) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.exit(new GoldenMain(out).run(List.of(args)));
  }

  /** Runs as the program does; returns the exit code. */
  int run(List<String> args) {
    int option = args.indexOf("--device");
    List<String> folders = args.subList(0, option < 0 ? args.size() : option);
    List<String> specs =
        option < 0
            ? List.of("reference", "cpu")
            : args.subList(option + 1, args.size()).stream()
                .filter(s -> !s.equals("--device"))
                .toList();
    if (folders.size() != 1 || folders.getFirst().startsWith("-") || specs.isEmpty()) {
      out.println(USAGE);
      return 2;
    }
    Path root = Path.of(folders.getFirst());
    if (!Files.isDirectory(root)) {
      out.println("golden: " + root + " is not a folder");
      return 2;
    }
    List<GoldenCase> cases = GoldenFolder.cases(root);
    for (GoldenCase c : cases) {
      if (c instanceof GoldenCase.Plain plain) {
        report(c.name(), Check.JAVA, plain::run);
      }
    }
    for (String spec : specs.contains("all") ? Devices.specs() : specs) {
      onDevice(spec, cases);
    }
    out.println(
        checks
            + " checks of "
            + cases.size()
            + " cases, "
            + (checks == 0 ? "so nothing was proven" : failed + " failed"));
    return checks > 0 && failed == 0 ? 0 : 1;
  }

  private void onDevice(String spec, List<GoldenCase> cases) {
    try (Device device = Devices.open(spec)) {
      for (GoldenCase c : cases) {
        if (c instanceof GoldenCase.OnDevice onDevice) {
          report(c.name(), spec, () -> onDevice.run(device));
        }
      }
    } catch (RuntimeException e) {
      count(Check.failed("device", spec, message(e)));
    }
  }

  private void report(String name, String device, Supplier<List<Check>> run) {
    List<Check> results = new ArrayList<>();
    try {
      results.addAll(run.get());
      if (results.isEmpty()) {
        results.add(Check.failed(name, device, "nothing to check"));
      }
    } catch (RuntimeException e) {
      results.add(Check.failed(name, device, message(e)));
    }
    results.forEach(this::count);
  }

  private void count(Check check) {
    checks++;
    failed += check.passed() ? 0 : 1;
    out.println(check);
  }

  private static String message(RuntimeException e) {
    return e.getClass().getSimpleName() + ": " + String.valueOf(e.getMessage()).replace('\n', ' ');
  }
}
