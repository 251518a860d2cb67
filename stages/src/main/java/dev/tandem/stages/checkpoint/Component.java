package dev.tandem.stages.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One part of a model: a folder with a config and, for networks, weights.
 *
 * @param name what the model calls it, for example {@code text_encoder_2}
 * @param className its class in diffusers or transformers, for example {@code UNet2DConditionModel}
 * @param config {@code config.json}, {@code scheduler_config.json} or {@code tokenizer_config.json}
 */
public record Component(String name, String className, Path folder, Config config) {
  private static final List<String> CONFIGS =
      List.of("config.json", "scheduler_config.json", "tokenizer_config.json");
  private static final List<String> STEMS = List.of("diffusion_pytorch_model", "model");
  private static final List<String> SUFFIXES =
      List.of(
          ".safetensors",
          ".safetensors.index.json",
          ".fp16.safetensors",
          ".safetensors.index.fp16.json",
          ".fp16.safetensors.index.json");

  /**
   * Opens a part on its own, for example another VAE; the class comes from its config.
   *
   * @throws CheckpointException if the folder has no config, or it does not name its class
   */
  public static Component open(Path folder) {
    Config config = readConfig(folder);
    String className =
        config
            .text("_class_name")
            .or(() -> config.texts("architectures").flatMap(a -> a.stream().findFirst()))
            .or(() -> config.text("tokenizer_class"))
            .or(
                () ->
                    config
                        .text("model_type")
                        .filter("clip_text_model"::equals)
                        .map(t -> "CLIPTextModel"))
            .orElseThrow(
                () ->
                    new CheckpointException(
                        config.file() + " names no class: '_class_name' is missing"));
    return new Component(folder.getFileName().toString(), className, folder, config);
  }

  static Component open(String name, String className, Path folder) {
    return new Component(name, className, folder, readConfig(folder));
  }

  /**
   * The weights: {@code *.safetensors}, else its shards, else the {@code fp16} variant of either.
   *
   * @throws CheckpointException if there are none that can be read
   */
  public SafeTensors weights() {
    return SafeTensors.open(weightsFile());
  }

  private Path weightsFile() {
    for (String suffix : SUFFIXES) {
      for (String stem : STEMS) {
        Path file = folder.resolve(stem + suffix);
        if (Files.isRegularFile(file)) {
          return file;
        }
      }
    }
    List<Path> others = files(".safetensors");
    if (others.size() == 1) {
      return others.getFirst();
    }
    if (!others.isEmpty()) {
      throw new CheckpointException(
          folder
              + " has several weight files, "
              + others.stream().map(Path::getFileName).toList()
              + "; name the right one diffusion_pytorch_model.safetensors");
    }
    Optional<Path> pickled =
        Stream.of(".bin", ".ckpt", ".pt", ".pth").flatMap(s -> files(s).stream()).findFirst();
    throw new CheckpointException(
        pickled
            .map(
                p ->
                    p
                        + ": pickled weights are not read, as they can run code; convert them with"
                        + " diffusers' save_pretrained(..., safe_serialization=True)")
            .orElse(
                folder
                    + " has no weights; expected diffusion_pytorch_model.safetensors or"
                    + " model.safetensors"));
  }

  private List<Path> files(String suffix) {
    try (Stream<Path> list = Files.list(folder)) {
      return list.filter(p -> p.getFileName().toString().endsWith(suffix)).sorted().toList();
    } catch (IOException e) {
      throw new CheckpointException(folder + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static Config readConfig(Path folder) {
    return CONFIGS.stream()
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .findFirst()
        .map(Config::read)
        .orElseThrow(
            () ->
                new CheckpointException(
                    folder
                        + (Files.isDirectory(folder)
                            ? " holds none of "
                            : " does not exist; it needs one of ")
                        + CONFIGS
                        + "; fetch the whole model folder"));
  }
}
