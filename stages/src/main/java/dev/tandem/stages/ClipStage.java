package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Executables;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.Config;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.clip.ClipPixels;
import dev.tandem.stages.clip.ClipTextModel;
import dev.tandem.stages.clip.ClipVisionConfig;
import dev.tandem.stages.clip.ClipVisionModel;
import dev.tandem.stages.quality.UnitVectors;
import java.nio.file.Path;
import java.util.Set;

/**
 * Pictures and prompts to vectors of one space, with both towers of a CLIP model: what shows what
 * the prompt says lies near it. A folder with {@code model_index.json}, {@code tokenizer}, {@code
 * text_encoder}, {@code image_encoder} and {@code feature_extractor}. One thread at a time.
 */
public final class ClipStage implements AutoCloseable {
  private static final String IMAGE_ENCODER = "image_encoder";

  private final TextEncoder text;
  private final ClipPixels pixels;
  private final CompiledPart vision;

  /**
   * Reads both towers; the device is not used yet.
   *
   * @throws dev.tandem.stages.checkpoint.CheckpointException if a part is missing or damaged
   */
  public ClipStage(Path folder, Executables executables, CompileOptions options) {
    ModelFolder model = ModelFolder.open(folder);
    String id = folder.toAbsolutePath().normalize().toString();
    Component component = Component.open(folder.resolve(IMAGE_ENCODER));
    ClipVisionModel tower = new ClipVisionModel(component.read(ClipVisionConfig::of));
    Config preprocessor =
        Config.read(folder.resolve("feature_extractor").resolve("preprocessor_config.json"));
    pixels = ClipPixels.of(preprocessor.json(), tower.config().imageSize());
    ModelParts.Text encoder = ModelParts.text(model, "", Set.of(ClipTextModel.TEXT_EMBEDS));
    StagePlan.Part part =
        new StagePlan.Part(
            IMAGE_ENCODER,
            IMAGE_ENCODER,
            (b, w, h) -> tower.graph(b, Set.of(ClipVisionModel.IMAGE_EMBEDS)));
    vision = new CompiledPart(id, component.weights(), part, executables, options);
    Component words = model.component(encoder.name());
    text =
        new TextEncoder(
            encoder, new CompiledPart(id, words.weights(), encoder.part(), executables, options));
  }

  /** The unit vector of a prompt; what is over the token limit has no effect. */
  public float[] ofPrompt(String prompt, Runner runner) {
    Executable tower = text.run(prompt, runner, 0, warning -> {});
    return UnitVectors.normalised(tower.output(ClipTextModel.TEXT_EMBEDS).toFloats());
  }

  /**
   * The unit vector of a picture.
   *
   * @param image {@code [height, width, 3]} in 0..1
   * @throws IllegalArgumentException if the encoder cannot look at this size
   */
  public float[] ofPicture(float[] image, int height, int width, Runner runner) {
    float[] values = pixels.normalise(image, height, width);
    Executable tower = vision.get(1, 0, 0);
    tower.input(ClipVisionModel.CLASS_POSITION).set(new int[] {0});
    tower.input(ClipVisionModel.PIXEL_VALUES).set(values);
    runner.run(tower, 0);
    return UnitVectors.normalised(tower.output(ClipVisionModel.IMAGE_EMBEDS).toFloats());
  }

  @Override
  public void close() {
    vision.close();
    text.close();
  }
}
