package dev.tandem.app;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that says which model. */
final class ModelOption {
  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "Model folder in the diffusers layout. Default: the one that comes with Tandem.")
  private Path model = Home.folder().resolve("models").resolve("default");

  Path folder() {
    return model;
  }
}
