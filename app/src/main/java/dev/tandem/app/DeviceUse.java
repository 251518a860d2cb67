package dev.tandem.app;

import dev.tandem.devices.ByteSize;
import dev.tandem.devices.DeviceException;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.request.VaeTiling;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say what devices may use and how they store numbers. */
final class DeviceUse {
  @Option(
      names = "--memory-limit",
      paramLabel = "DEVICE=SIZE",
      description =
          "The most memory a device may use, for example opencl:0=2G; what does not fit is decoded"
              + " in tiles, or refused with the numbers before anything runs.")
  private List<String> memoryLimits = new ArrayList<>();

  @Mixin private Precisions precisions = new Precisions();

  @Option(
      names = "--vae-tiling",
      paramLabel = "WHEN",
      defaultValue = "auto",
      description =
          "Decode in overlapping tiles: on, off, or auto, where memory demands it (default"
              + " ${DEFAULT-VALUE}).")
  private VaeTiling.Mode tiling;

  @Option(
      names = "--vae-tile",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Side of a tile in latents (default: with on "
              + VaeTiling.DEFAULT_TILE
              + ", with auto the largest that fits).")
  private int tile;

  /**
   * The options as a value.
   *
   * @throws UsageException if one is malformed
   */
  RunOptions options() {
    RunOptions all = RunOptions.DEFAULT.withTiling(new VaeTiling(tiling, tile));
    for (String limit : memoryLimits) {
      int at = limit.lastIndexOf('=');
      if (at < 1) {
        throw new UsageException(
            "--memory-limit must be DEVICE=SIZE, for example cpu=512M, got '" + limit + "'");
      }
      all = all.withMemoryLimit(limit.substring(0, at), size(limit, limit.substring(at + 1)));
    }
    return precisions.with(all);
  }

  private static long size(String limit, String size) {
    try {
      return ByteSize.parse(size);
    } catch (DeviceException e) {
      throw new UsageException("--memory-limit " + limit + ": " + e.getMessage());
    }
  }
}
