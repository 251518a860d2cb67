package dev.tandem.conformance.pipeline;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** A whole model folder with random weights that makes 32 x 32 pictures in milliseconds. */
public final class TinyModel {
  private static final int VOCABULARY = 1000;

  private TinyModel() {}

  /** Writes {@code model_index.json} and all parts, the networks from the golden SD 2 model. */
  public static Path write(Path folder) throws IOException {
    Path golden = Path.of(System.getProperty("tandem.root"), "conformance/golden/sd2-tiny");
    for (String part : new String[] {"unet", "vae", "text_encoder"}) {
      Files.createDirectories(folder.resolve(part));
      try (Stream<Path> files = Files.list(golden.resolve(part))) {
        for (Path f : files.toList()) {
          Files.copy(f, folder.resolve(part).resolve(f.getFileName()));
        }
      }
    }
    write(
        folder.resolve("model_index.json"),
        """
        {"_class_name": "StableDiffusionPipeline",
         "scheduler": ["diffusers", "DDIMScheduler"],
         "text_encoder": ["transformers", "CLIPTextModel"],
         "tokenizer": ["transformers", "CLIPTokenizer"],
         "unet": ["diffusers", "UNet2DConditionModel"],
         "vae": ["diffusers", "AutoencoderKL"]}
        """);
    write(
        folder.resolve("scheduler/scheduler_config.json"),
        """
        {"_class_name": "DDIMScheduler", "num_train_timesteps": 1000, "beta_start": 0.00085,
         "beta_end": 0.012, "beta_schedule": "scaled_linear", "clip_sample": false,
         "set_alpha_to_one": false, "steps_offset": 1, "prediction_type": "v_prediction"}
        """);
    writeTokenizer(folder.resolve("tokenizer"));
    return folder;
  }

  /** Single letters only; ids 998 and 999 are start and end, as in the golden models. */
  private static void writeTokenizer(Path folder) throws IOException {
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
    StringBuilder json = new StringBuilder("{");
    vocabulary.forEach(
        (token, id) ->
            json.append(json.length() == 1 ? "" : ",")
                .append('"')
                .append(token.replace("\\", "\\\\").replace("\"", "\\\""))
                .append("\":")
                .append(id));
    write(folder.resolve("vocab.json"), json.append('}').toString());
    write(folder.resolve("merges.txt"), "#version: 0.2\n");
    write(
        folder.resolve("tokenizer_config.json"),
        """
        {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>",
         "unk_token": "<|endoftext|>", "model_max_length": 77, "tokenizer_class": "CLIPTokenizer"}
        """);
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text, StandardCharsets.UTF_8);
  }
}
