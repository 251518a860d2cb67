package dev.tandem.conformance.golden;

import dev.tandem.devices.Device;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Shape;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.checkpoint.SafeTensors;
import dev.tandem.stages.clip.ClipVisionConfig;
import dev.tandem.stages.clip.ClipVisionModel;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A CLIP image encoder: normalised pixels in, hidden states, pooled output and projection out.
 *
 * @param model name of the folder
 * @param folder with {@code golden.safetensors} and the encoder
 * @param expected names of its outputs that are golden
 */
record ImageEncoderCase(String model, Path folder, Set<String> expected)
    implements GoldenCase.OnDevice {
  static final String PART = "image_encoder";
  static final String PREFIX = "vision.";

  @Override
  public String name() {
    return model + " " + PREFIX + "*";
  }

  @Override
  public List<Check> run(Device device) {
    Component component = Component.open(folder.resolve(PART));
    try (SafeTensors golden = SafeTensors.open(folder.resolve("golden.safetensors"));
        ModelWeights weights = component.weights();
        Arena arena = Arena.ofConfined()) {
      ClipVisionModel encoder = new ClipVisionModel(ClipVisionConfig.of(component.config().json()));
      Tensor pixels = golden.get(PREFIX + ClipVisionModel.PIXEL_VALUES);
      int batch = pixels.shape().dim(0);
      Tensor first = Tensor.ofInts(arena, Shape.of(batch), new int[batch]);
      Map<String, float[]> outputs =
          Network.run(
              device,
              encoder.graph(batch, expected),
              weights,
              input -> input.equals(ClipVisionModel.PIXEL_VALUES) ? pixels : first);
      return expected.stream()
          .sorted()
          .map(o -> Network.check(model, device, outputs.get(o), golden, PREFIX + o))
          .toList();
    }
  }
}
