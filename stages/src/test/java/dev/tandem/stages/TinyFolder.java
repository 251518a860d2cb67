package dev.tandem.stages;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Whole model folders of a few kilobytes, with the networks of the golden data. */
final class TinyFolder {
  private static final int VOCABULARY = 1000;
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Path GOLDEN = Json.root().resolve("conformance/golden");
  private static final Map<String, List<String>> CLASSES =
      Map.of(
          "unet", List.of("diffusers", "UNet2DConditionModel"),
          "text_encoder", List.of("transformers", "CLIPTextModel"),
          "text_encoder_2", List.of("transformers", "CLIPTextModelWithProjection"),
          "tokenizer", List.of("transformers", "CLIPTokenizer"),
          "tokenizer_2", List.of("transformers", "CLIPTokenizer"),
          "scheduler", List.of("diffusers", "DDIMScheduler"));

  private TinyFolder() {}

  /**
   * Writes a model.
   *
   * @param kind {@code sd1}, {@code sd2}, {@code sdxl}, {@code lcm} (its U-Net in a pipeline of
   *     that kind) or {@code taesd} (its VAE)
   */
  static Path write(Path folder, String kind) throws IOException {
    boolean xl = kind.equals("sdxl");
    String rest = xl || kind.equals("sd1") ? kind : "sd2";
    ObjectNode index = MAPPER.createObjectNode();
    index.put(
        "_class_name",
        switch (kind) {
          case "sdxl" -> "StableDiffusionXLPipeline";
          case "lcm" -> "LatentConsistencyModelPipeline";
          default -> "StableDiffusionPipeline";
        });
    for (Map.Entry<String, List<String>> c : CLASSES.entrySet()) {
      if (xl || !c.getKey().endsWith("_2")) {
        index.set(c.getKey(), MAPPER.valueToTree(c.getValue()));
      }
    }
    String vae = kind.equals("taesd") ? "AutoencoderTiny" : "AutoencoderKL";
    index.set("vae", MAPPER.valueToTree(List.of("diffusers", vae)));
    write(folder.resolve("model_index.json"), index);
    copy(kind.equals("lcm") ? kind : rest, "unet", folder);
    copy(kind.equals("taesd") ? kind : rest, "vae", folder);
    copy(rest, "text_encoder", folder);
    tokenizer(folder.resolve("tokenizer"));
    if (xl) {
      copy(rest, "text_encoder_2", folder);
      tokenizer(folder.resolve("tokenizer_2"));
    }
    ObjectNode scheduler = MAPPER.createObjectNode();
    scheduler.put("_class_name", "DDIMScheduler").put("clip_sample", false);
    write(folder.resolve("scheduler/scheduler_config.json"), scheduler);
    return folder;
  }

  private static void copy(String kind, String part, Path folder) throws IOException {
    Files.createDirectories(folder.resolve(part));
    try (Stream<Path> files = Files.list(GOLDEN.resolve(kind + "-tiny").resolve(part))) {
      for (Path f : files.toList()) {
        Files.copy(f, folder.resolve(part).resolve(f.getFileName()));
      }
    }
  }

  /** Single letters only; ids 998 and 999 are start and end, as in the golden models. */
  private static void tokenizer(Path folder) throws IOException {
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    for (char c = '!'; c <= '~'; c++) {
      vocabulary.put(String.valueOf(c), vocabulary.size());
      vocabulary.put(c + "</w>", vocabulary.size());
    }
    while (vocabulary.size() < VOCABULARY - 2) {
      vocabulary.put("<unused" + vocabulary.size() + ">", vocabulary.size());
    }
    vocabulary.put("<|startoftext|>", VOCABULARY - 2);
    vocabulary.put("<|endoftext|>", VOCABULARY - 1);
    write(folder.resolve("vocab.json"), vocabulary);
    Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n");
    ObjectNode config = MAPPER.createObjectNode();
    config.put("bos_token", "<|startoftext|>").put("eos_token", "<|endoftext|>");
    config.put("pad_token", "<|endoftext|>").put("unk_token", "<|endoftext|>");
    config.put("model_max_length", 77).put("tokenizer_class", "CLIPTokenizer");
    write(folder.resolve("tokenizer_config.json"), config);
  }

  private static void write(Path file, Object json) throws IOException {
    Files.createDirectories(file.getParent());
    MAPPER.writeValue(file.toFile(), json);
  }
}
