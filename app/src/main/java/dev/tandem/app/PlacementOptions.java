package dev.tandem.app;

import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Order;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.PlacementJson;
import dev.tandem.orchestrator.placement.StageCosts;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.planning.Planner;
import dev.tandem.planning.strategy.Strategies;
import dev.tandem.planning.strategy.Strategy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The options that say which device does what. */
final class PlacementOptions {
  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "cpu",
      description = "Where to compute; 'tandem devices' lists them (default ${DEFAULT-VALUE}).")
  private String device;

  @Option(names = "--text-device", paramLabel = "DEVICE", description = "For the text encoder.")
  private String textDevice = "";

  @Option(names = "--unet-device", paramLabel = "DEVICE", description = "For the denoising loop.")
  private String unetDevice = "";

  @Option(names = "--vae-device", paramLabel = "DEVICE", description = "For decoding.")
  private String vaeDevice = "";

  @Option(
      names = "--strategy",
      paramLabel = "NAME",
      description =
          "How to split the work over --devices: single, stage, free, guidance, data, steps or"
              + " auto.")
  private String strategy = "";

  @Option(
      names = "--devices",
      paramLabel = "A,B",
      description = "Devices that a strategy may use, separated by commas.")
  private String devices = "";

  @Option(
      names = "--placement",
      paramLabel = "FILE",
      description =
          "Take which device does what from a JSON file (profiles/placement.schema.json).")
  private Optional<Path> placement = Optional.empty();

  @Option(
      names = "--profile",
      paramLabel = "FILE",
      description = "Expected costs for a strategy; without it, they are measured first.")
  private Optional<Path> profile = Optional.empty();

  @Option(
      names = "--order",
      paramLabel = "ORDER",
      description =
          "Hand out pictures in the order of the prompts (prompt) or as they are finished.")
  private Optional<String> order = Optional.empty();

  private Optional<Placement> read = Optional.empty();

  /** What is known before any device is measured: all that it names are opened at the start. */
  Placement first() {
    refuseContradictions();
    if (placement.isPresent()) {
      read = read.or(() -> placement.map(PlacementJson::read)); // once: it can be a pipe
      return ordered(read.get());
    }
    return ordered(
        strategy.isEmpty()
            ? Placement.of(
                textDevice.isEmpty() ? device : textDevice,
                unetDevice.isEmpty() ? device : unetDevice,
                vaeDevice.isEmpty() ? device : vaeDevice)
            : Placement.of(split(devices).stream().map(d -> Lane.of(d, d, d)).toList()));
  }

  /** The placement of the requests: a strategy's, with costs from the profile or measured now. */
  Placement choose(Tandem tandem, Path model, RunOptions options, List<Request> requests)
      throws InterruptedException {
    if (strategy.isEmpty()) {
      return first();
    }
    Strategy s = Strategies.of(strategy);
    List<String> names = split(devices);
    Job job = tandem.job(requests);
    StageCosts costs =
        profile.isPresent()
            ? Planner.costs(Profiles.load(profile.get().toString()), model, options, job)
            : tandem.measure(names, requests.getFirst());
    tandem.expect(job, names, costs);
    return ordered(s.place(job, names, costs));
  }

  private Placement ordered(Placement p) {
    return order.map(o -> p.withOrder(Order.of(o))).orElse(p);
  }

  private void refuseContradictions() {
    boolean stages = Stream.of(textDevice, unetDevice, vaeDevice).anyMatch(d -> !d.isEmpty());
    if (placement.isPresent() && (!strategy.isEmpty() || stages || !devices.isEmpty())) {
      throw new UsageException(
          "--placement says everything: it cannot go with --strategy, --devices or a device for a"
              + " stage");
    }
    if (!strategy.isEmpty() && (devices.isEmpty() || stages)) {
      throw new UsageException(
          "--strategy needs --devices, for example --devices cpu,opencl:0, and no device for a"
              + " stage");
    }
    if (strategy.isEmpty() && (!devices.isEmpty() || profile.isPresent())) {
      throw new UsageException("--devices and --profile are for a strategy: add --strategy auto");
    }
  }

  /**
   * Devices as users write them in one text. A comma (or semicolon) separates them. A comma also
   * separates a device's options, but those have an equals sign: {@code cpu:a,threads=1,opencl:0}
   * are two devices.
   */
  static List<String> split(String text) {
    List<String> all = new ArrayList<>();
    for (String part : text.split("[,;]", -1)) {
      if (part.contains("=") && !all.isEmpty()) {
        all.add(all.removeLast() + "," + part);
      } else if (part.isBlank()) {
        throw new UsageException("--devices is '" + text + "': a name is missing");
      } else {
        all.add(part.strip());
      }
    }
    if (all.size() > all.stream().distinct().count()) {
      throw new UsageException("--devices is '" + text + "': it names a device twice");
    }
    return all;
  }
}
