package dev.tandem.app;

import dev.tandem.devices.files.FileReason;
import dev.tandem.orchestrator.request.InitPicture;
import dev.tandem.orchestrator.request.Request;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.imageio.ImageIO;
import picocli.CommandLine.Option;

/** A picture to begin with. */
final class InitOptions {
  @Option(
      names = "--init",
      paramLabel = "FILE",
      description =
          "Begin with this picture instead of noise. Without --width and --height its size counts.")
  private Optional<Path> file = Optional.empty();

  @Option(
      names = "--strength",
      paramLabel = "X",
      description =
          "How much of the picture of --init to replace: above 0, 1 is all (default "
              + InitPicture.DEFAULT_STRENGTH
              + ").")
  private Optional<Double> strength = Optional.empty();

  /**
   * The request with the picture to begin with, if one is given.
   *
   * @throws IllegalArgumentException if it cannot be read
   */
  Request add(Request request) {
    if (file.isEmpty()) {
      if (strength.isPresent()) {
        throw new UsageException("--strength needs a picture: --init FILE");
      }
      return request;
    }
    double share = strength.orElse(InitPicture.DEFAULT_STRENGTH);
    return request.withInit(new InitPicture(read(file.get()), share));
  }

  private static BufferedImage read(Path file) {
    try (var in = Files.newInputStream(file)) {
      BufferedImage image = ImageIO.read(in);
      if (image == null) {
        throw new UsageException("'" + file + "' is no picture: it must be PNG, JPEG, GIF or BMP");
      }
      return image;
    } catch (IOException e) {
      throw new UsageException("cannot read picture '" + file + "': " + FileReason.of(e));
    }
  }
}
