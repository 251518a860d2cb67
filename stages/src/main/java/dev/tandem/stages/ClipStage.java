package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Executable;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.Config;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.clip.ClipPixels;
import dev.tandem.stages.clip.ClipTextModel;
import dev.tandem.stages.clip.ClipVisionConfig;
import dev.tandem.stages.clip.ClipVisionModel;
import dev.tandem.stages.quality.UnitVectors;
import dev.tandem.stages.text.ClipTokenizer;
import java.nio.file.Path;
import java.util.Set;

/**
 * Pictures and prompts to vectors of one space, with both towers of a CLIP model: what shows what
 * the prompt says lies near it. A folder with {@code model_index.json}, {@code tokenizer}, {@code
 * text_encoder}, {@code image_encoder} and {@code feature_extractor}. One thread at a time.
 */
public final class ClipStage implements AutoCloseable {
  private final TextEncoder text;
  private final ClipPixels pixels;
  private final Executable vision;

  /**
   * Reads and compiles both towers.
   *
   * @throws dev.tandem.stages.checkpoint.CheckpointException if a part is missing or damaged
   */
  public ClipStage(Path folder, Device device, CompileOptions options) {
    ModelFolder model = ModelFolder.open(folder);
    Component part = Component.open(folder.resolve("image_encoder"));
    ClipVisionModel tower = new ClipVisionModel(part.read(ClipVisionConfig::of));
    Config preprocessor =
        Config.read(folder.resolve("feature_extractor").resolve("preprocessor_config.json"));
    pixels = ClipPixels.of(preprocessor.json(), tower.config().imageSize());
    text =
        new TextEncoder(
            model.component("text_encoder"),
            ClipTokenizer.open(model.component("tokenizer").folder()),
            Set.of(ClipTextModel.TEXT_EMBEDS),
            device,
            options);
    boolean done = false;
    try (ModelWeights weights = part.weights()) {
      vision =
          device.compile(tower.graph(1, Set.of(ClipVisionModel.IMAGE_EMBEDS)), weights, options);
      vision.input(ClipVisionModel.CLASS_POSITION).set(new int[] {0});
      done = true;
    } finally {
      if (!done) {
        text.close();
      }
    }
  }

  /** The unit vector of a prompt; what is over the token limit has no effect. */
  public float[] ofPrompt(String prompt, Runner runner) {
    text.run(prompt, runner, 0, warning -> {});
    return UnitVectors.normalised(text.output(ClipTextModel.TEXT_EMBEDS));
  }

  /**
   * The unit vector of a picture.
   *
   * @param image {@code [height, width, 3]} in 0..1
   * @throws IllegalArgumentException if the encoder cannot look at this size
   */
  public float[] ofPicture(float[] image, int height, int width, Runner runner) {
    vision.input(ClipVisionModel.PIXEL_VALUES).set(pixels.normalise(image, height, width));
    runner.run(vision, 0);
    return UnitVectors.normalised(vision.output(ClipVisionModel.IMAGE_EMBEDS).toFloats());
  }

  @Override
  public void close() {
    vision.close();
    text.close();
  }
}
