package dev.tandem.conformance.golden;

import dev.tandem.devices.Device;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Shape;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.checkpoint.SafeTensors;
import dev.tandem.stages.clip.ClipTextConfig;
import dev.tandem.stages.clip.ClipTextModel;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A CLIP text encoder: ids in, hidden states and pooled outputs out.
 *
 * @param model name of the folder
 * @param folder with {@code golden.safetensors}
 * @param part folder of the encoder in it
 * @param prefix of its tensors, for example {@code text_2.}; its ids may be those of {@code text.}
 * @param expected names of its outputs that are golden
 */
record TextEncoderCase(String model, Path folder, String part, String prefix, Set<String> expected)
    implements GoldenCase.OnDevice {
  static final String INPUT_IDS = ClipTextModel.INPUT_IDS;

  @Override
  public String name() {
    return model + " " + prefix + "*";
  }

  @Override
  public List<Check> run(Device device) {
    Component component = Component.open(folder.resolve(part));
    try (SafeTensors golden = SafeTensors.open(folder.resolve("golden.safetensors"));
        ModelWeights weights = component.weights();
        Arena arena = Arena.ofConfined()) {
      ClipTextModel encoder =
          new ClipTextModel(ClipTextConfig.of(component.config().json()), weights.names());
      String own = prefix + INPUT_IDS;
      Tensor ids = golden.get(golden.contains(own) ? own : "text." + INPUT_IDS);
      int batch = ids.shape().dim(0);
      int tokens = ids.shape().dim(1);
      int[] all = ids.toInts();
      int[] positions = new int[batch];
      for (int b = 0; b < batch; b++) {
        positions[b] =
            encoder.pooledPosition(Arrays.copyOfRange(all, b * tokens, (b + 1) * tokens));
      }
      Tensor pooled = Tensor.ofInts(arena, Shape.of(batch), positions);
      Map<String, float[]> outputs =
          Network.run(
              device,
              encoder.graph(batch, tokens, expected),
              weights,
              input -> input.equals(INPUT_IDS) ? ids : pooled);
      return expected.stream()
          .sorted()
          .map(o -> Network.check(model, device, outputs.get(o), golden, prefix + o))
          .toList();
    }
  }
}
