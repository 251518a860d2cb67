package dev.tandem.app;

import dev.tandem.devices.ByteSize;
import dev.tandem.devices.DeviceException;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.request.VaeTiling;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say what devices may use and how they store numbers. */
final class DeviceUse {
  @Option(
      names = {"--memory-budget", "--memory-limit"},
      paramLabel = "[DEVICE=]SIZE",
      description =
          "The most memory a device may use, for example 4G or opencl:0=2G: the fastest form that"
              + " fits is planned and printed, or all is refused with the numbers before anything"
              + " runs.")
  private List<String> memoryLimits = new ArrayList<>();

  @Option(
      names = "--allow",
      paramLabel = "WHAT",
      description =
          "approximate: where no exact form fits the memory, decode in tiles, which change the"
              + " picture a little.")
  private Optional<Allowed> allowed = Optional.empty();

  /** What a user may allow. */
  enum Allowed {
    APPROXIMATE
  }

  @Mixin private Precisions precisions = new Precisions();

  @Option(
      names = "--vae-tiling",
      paramLabel = "WHEN",
      defaultValue = "auto",
      description =
          "How to decode: off (whole), bands (of rows, exact), on (overlapping tiles, a little"
              + " different), or auto: whole, or in bands where memory demands it (default"
              + " ${DEFAULT-VALUE}).")
  private VaeTiling.Mode tiling;

  @Option(
      names = "--vae-tile",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Side of a tile in latents (default with on: "
              + VaeTiling.DEFAULT_TILE
              + "); with auto it allows tiles of this size where nothing exact fits.")
  private int tile;

  /**
   * The options as a value.
   *
   * @throws UsageException if one is malformed
   */
  RunOptions options() {
    RunOptions all =
        RunOptions.DEFAULT
            .withTiling(new VaeTiling(tiling, tile))
            .withApproximate(allowed.isPresent());
    for (String limit : memoryLimits) {
      int at = limit.lastIndexOf('=');
      if (at == 0) {
        throw new UsageException(
            "--memory-budget must be SIZE or DEVICE=SIZE, for example 4G or cpu=512M, got '"
                + limit
                + "'");
      }
      String device = at < 0 ? RunOptions.EVERY_DEVICE : limit.substring(0, at);
      all = all.withMemoryLimit(device, size(limit, limit.substring(at + 1)));
    }
    return precisions.with(all);
  }

  private static long size(String limit, String size) {
    try {
      return ByteSize.parse(size);
    } catch (DeviceException e) {
      throw new UsageException("--memory-budget " + limit + ": " + e.getMessage());
    }
  }
}
