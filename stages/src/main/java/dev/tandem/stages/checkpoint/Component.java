package dev.tandem.stages.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.stages.layers.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

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
   * The weights: {@code *.safetensors}, else its shards, else the {@code fp16} variant of either;
   * or, where there is an {@code adapter_config.json}, those of its base with the low-rank
   * difference of PEFT added.
   *
   * @throws CheckpointException if there are none that can be read
   */
  public ModelWeights weights() {
    return WeightFiles.open(folder);
  }

  /**
   * What the config says, as its reader understands it.
   *
   * @throws ConfigException if it has what is not supported; names the file
   */
  public <T> T read(Function<JsonNode, T> reader) {
    try {
      return reader.apply(config.json());
    } catch (ConfigException e) {
      throw new ConfigException(config.file() + ": " + e.getMessage());
    }
  }

  private static String usualConfig(Path folder) {
    String name = folder.getFileName().toString();
    return CONFIGS.stream()
        .filter(c -> name.startsWith(c.replace("_config.json", "")))
        .findFirst()
        .orElse(CONFIGS.getFirst());
  }

  private static Config readConfig(Path folder) {
    return CONFIGS.stream()
        .map(folder::resolve)
        .filter(ModelFile::isThere)
        .findFirst()
        .map(Config::read)
        .orElseThrow(
            () ->
                new CheckpointException(
                    folder
                        + (Files.isDirectory(folder) ? " has no " : " does not exist; it needs ")
                        + usualConfig(folder)
                        + "; fetch the whole model folder"));
  }
}
