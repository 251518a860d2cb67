package dev.tandem.stages.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the weights in a part's folder. */
final class WeightFiles {
  private static final List<String> STEMS = List.of("diffusion_pytorch_model", "model");
  private static final List<String> SUFFIXES =
      List.of(
          ".safetensors",
          ".safetensors.index.json",
          ".fp16.safetensors",
          ".safetensors.index.fp16.json",
          ".fp16.safetensors.index.json");

  private WeightFiles() {}

  /**
   * Opens an adapter with its base where there is one, else {@code *.safetensors}, else its shards,
   * else the {@code fp16} variant of either.
   *
   * @throws CheckpointException if there are none that can be read, or weights and an adapter
   */
  static ModelWeights open(Path folder) {
    if (!LoraConfig.isIn(folder)) {
      return SafeTensors.open(find(folder));
    }
    Optional<Path> whole = usual(folder);
    if (whole.isPresent()) {
      throw new CheckpointException(
          folder
              + " has both whole weights, "
              + whole.get().getFileName()
              + ", and an adapter, "
              + LoraConfig.FILE
              + "; remove the one that does not belong to the model");
    }
    return LoraWeights.open(folder);
  }

  /** Whole weights: a file or an index of shards. */
  static Path find(Path folder) {
    Optional<Path> usual = usual(folder);
    if (usual.isPresent()) {
      return usual.get();
    }
    List<Path> indexes =
        files(folder, ".json").stream()
            .filter(p -> p.getFileName().toString().contains(".safetensors.index"))
            .toList();
    List<Path> others = indexes.size() == 1 ? indexes : files(folder, ".safetensors");
    if (others.size() == 1) {
      return others.getFirst();
    }
    if (!others.isEmpty()) {
      throw new CheckpointException(
          folder
              + " has several weight files, "
              + others.stream().map(Path::getFileName).toList()
              + "; name the right one diffusion_pytorch_model.safetensors (of a text encoder:"
              + " model.safetensors)");
    }
    throw missing(folder, "diffusion_pytorch_model.safetensors or model.safetensors");
  }

  /** An error that says what is expected, or that what there is can run code. */
  static CheckpointException missing(Path folder, String expected) {
    Optional<Path> pickled =
        Stream.of(".bin", ".ckpt", ".pt", ".pth")
            .flatMap(s -> files(folder, s).stream())
            .findFirst();
    return new CheckpointException(
        pickled
            .map(
                p ->
                    p
                        + ": pickled weights are not read, as they can run code; convert them with"
                        + " diffusers' save_pretrained(..., safe_serialization=True)")
            .orElse(folder + " has no weights; expected " + expected));
  }

  private static Optional<Path> usual(Path folder) {
    return SUFFIXES.stream()
        .flatMap(suffix -> STEMS.stream().map(stem -> folder.resolve(stem + suffix)))
        .filter(ModelFile::isThere)
        .findFirst();
  }

  private static List<Path> files(Path folder, String suffix) {
    try (Stream<Path> list = Files.list(folder)) {
      return list.filter(p -> p.getFileName().toString().endsWith(suffix)).sorted().toList();
    } catch (IOException e) {
      throw new CheckpointException(folder + " cannot be read: " + e.getMessage(), e);
    }
  }
}
