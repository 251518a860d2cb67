package dev.tandem.stages.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A model in the diffusers layout: {@code model_index.json} and a folder for each part. A student
 * names another model in the key {@code _base} and takes from it the parts that it has no folder
 * for.
 *
 * @param index {@code model_index.json}
 * @param classNames the class of each part that exists, in the order of the index
 * @param base the model that has the other parts
 */
public record ModelFolder(
    Path folder, Config index, Map<String, String> classNames, Optional<ModelFolder> base) {
  /** Classes of networks and tokenizers that this program can run. */
  public static final Set<String> KNOWN_CLASSES =
      Collections.unmodifiableSet(
          new TreeSet<>(
              Set.of(
                  "AutoencoderKL",
                  "AutoencoderTiny",
                  "CLIPTextModel",
                  "CLIPTextModelWithProjection",
                  "CLIPTokenizer",
                  "CLIPTokenizerFast",
                  "UNet2DConditionModel")));

  /** Parts of published pipelines that a picture from a prompt does not need. */
  private static final Set<String> UNUSED =
      Set.of("safety_checker", "feature_extractor", "image_encoder");

  private static final String INDEX = "model_index.json";
  private static final String SNAPSHOTS = "snapshots";
  private static final String SCHEDULER = "scheduler";
  private static final String BASE = "_base";

  public ModelFolder {
    classNames = Collections.unmodifiableMap(new LinkedHashMap<>(classNames));
  }

  /**
   * Opens a model and checks that every part is of a known class; weights are not touched yet.
   *
   * @throws CheckpointException if it is no such folder (a single-file checkpoint is not yet
   *     supported), a part is of a class that is not known, or its base is missing or itself has
   *     one
   */
  public static ModelFolder open(Path folder) {
    if (isSingleFile(folder)) {
      throw new CheckpointException(
          folder
              + ": single-file checkpoints are not yet supported; convert it to a folder with"
              + " diffusers: StableDiffusionPipeline.from_single_file(file).save_pretrained(folder)");
    }
    if (!Files.isDirectory(folder)) {
      throw new CheckpointException(
          folder
              + (Files.exists(folder) ? " is not a folder" : " does not exist")
              + "; give a model folder in the diffusers layout");
    }
    Path indexFile = folder.resolve(INDEX);
    if (!ModelFile.isThere(indexFile)) {
      throw new CheckpointException(
          folder
              + " is not a model folder: it has no "
              + INDEX
              + " (diffusers layout)"
              + (Files.isDirectory(folder.resolve(SNAPSHOTS))
                  ? "; a folder of Hugging Face's cache has the model in " + SNAPSHOTS + "/*"
                  : ""));
    }
    Config index = Config.read(indexFile);
    Map<String, String> classes = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> e : index.json().properties()) {
      JsonNode v = e.getValue();
      if (v.isArray() && v.size() == 2 && v.get(1).isTextual() && !UNUSED.contains(e.getKey())) {
        classes.put(e.getKey(), requireKnown(indexFile, e.getKey(), v.get(1).textValue()));
      }
    }
    return new ModelFolder(folder, index, classes, base(folder, index));
  }

  private static Optional<ModelFolder> base(Path folder, Config index) {
    return index
        .text(BASE)
        .map(
            path -> {
              Path base = folder.resolve(path).normalize();
              String named = index.file() + ": '" + BASE + "' is '" + path + "'";
              if (!ModelFile.isThere(base.resolve(INDEX))) {
                throw new CheckpointException(
                    named
                        + ", but "
                        + base
                        + (Files.isDirectory(base) ? " has no " + INDEX : " does not exist")
                        + "; put the base model there, or give the path from this folder to it");
              }
              if (Config.read(base.resolve(INDEX)).text(BASE).isPresent()) {
                throw new CheckpointException(
                    named
                        + ", which has a '"
                        + BASE
                        + "' itself; name the model that has all parts");
              }
              return open(base);
            });
  }

  /** The pipeline's class, for example {@code StableDiffusionXLPipeline}; may be empty. */
  public String pipelineClass() {
    return index.text("_class_name").or(() -> base.map(ModelFolder::pipelineClass)).orElse("");
  }

  /** Whether the pipeline is of Stable Diffusion XL, by its class or by its second text encoder. */
  public boolean isXl() {
    return pipelineClass().contains("StableDiffusionXL") || has("text_encoder_2");
  }

  public boolean has(String name) {
    return classNames.containsKey(name);
  }

  /**
   * A part by name, of this folder or else of the base.
   *
   * @throws CheckpointException if the model has none of that name, its config is missing, or the
   *     base's is of another class
   */
  public Component component(String name) {
    String className = classNames.get(name);
    if (className == null) {
      throw new CheckpointException(
          index.file() + " has no part '" + name + "', only " + classNames.keySet());
    }
    if (base.isEmpty() || Files.isDirectory(folder.resolve(name))) {
      return Component.open(name, className, folder.resolve(name));
    }
    Component part = base.get().component(name);
    if (!part.className().equals(className)) {
      throw new CheckpointException(
          index.file()
              + ": part '"
              + name
              + "' is of class "
              + className
              + ", but that of the base "
              + base.get().folder()
              + " is of class "
              + part.className()
              + "; give the same class, or the part a folder of its own");
    }
    return part;
  }

  /** The sampler's settings: {@code scheduler/scheduler_config.json}. */
  public Component scheduler() {
    return component(SCHEDULER);
  }

  private static String requireKnown(Path indexFile, String name, String className) {
    if (!name.equals(SCHEDULER) && !KNOWN_CLASSES.contains(className)) {
      throw new CheckpointException(
          indexFile
              + ": part '"
              + name
              + "' is of class "
              + className
              + ", which is not supported; known are "
              + String.join(", ", KNOWN_CLASSES));
    }
    return className;
  }

  private static boolean isSingleFile(Path path) {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    return !Files.isDirectory(path)
        && List.of(".safetensors", ".ckpt", ".gguf", ".pt", ".bin").stream()
            .anyMatch(name::endsWith);
  }
}
