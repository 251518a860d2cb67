package dev.tandem.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.graph.Cost;
import dev.tandem.graph.Graph;
import dev.tandem.stages.clip.ClipTextConfig;
import dev.tandem.stages.clip.ClipTextModel;
import dev.tandem.stages.unet.UNet2DConditionModel;
import dev.tandem.stages.unet.UNet2DConfig;
import dev.tandem.stages.vae.Vae;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The graphs of the default model use its checkpoints exactly, at the work its README states. */
class DefaultModelTest {
  private static final Path MODEL = Json.root().resolve("models/default");
  private static final String WEIGHTS = "diffusion_pytorch_model.safetensors";

  @Test
  void unetStepTakesAbout0point95GflopAPicture() {
    assertThat(Cost.of(unet(1)).flops() / 1e9).isCloseTo(0.95, within(0.01));
    assertThat(Cost.of(unet(2)).flops()).isEqualTo(2 * Cost.of(unet(1)).flops());
  }

  @Test
  void decodingAPictureTakesAbout2point8Gflop() {
    Graph decode = Vae.of(config("vae"), shapes("vae").keySet()).decode(1, 16, 16);
    assertThat(Cost.of(decode).flops() / 1e9).isCloseTo(2.8, within(0.1));
  }

  @Test
  void unetUsesEveryTensorOfItsCheckpointInItsShape() {
    assertThat(weights(unet(1))).isEqualTo(shapes("unet"));
  }

  @Test
  void textEncoderUsesEveryTensorOfItsCheckpointInItsShape() {
    Map<String, List<Integer>> file = shapes("text_encoder");
    ClipTextModel text =
        new ClipTextModel(ClipTextConfig.of(config("text_encoder")), file.keySet());
    assertThat(weights(text.graph(1, 32))).isEqualTo(file);
  }

  @Test
  void vaeUsesEveryTensorOfItsCheckpointInItsShape() {
    Map<String, List<Integer>> file = shapes("vae");
    Vae vae = Vae.of(config("vae"), file.keySet());
    Map<String, List<Integer>> both = weights(vae.decode(1, 16, 16));
    both.putAll(weights(vae.encode(1, 128, 128)));
    assertThat(both).isEqualTo(file);
  }

  private static Graph unet(int batch) {
    return new UNet2DConditionModel(UNet2DConfig.of(config("unet"))).graph(batch, 16, 16, 32);
  }

  private static com.fasterxml.jackson.databind.JsonNode config(String part) {
    return Json.file(MODEL.resolve(part).resolve("config.json"));
  }

  private static Map<String, List<Integer>> shapes(String part) {
    return Json.shapes(
        MODEL.resolve(part).resolve(part.startsWith("text") ? "model.safetensors" : WEIGHTS));
  }

  private static Map<String, List<Integer>> weights(Graph g) {
    Map<String, List<Integer>> out = new TreeMap<>();
    for (var w : g.weights()) {
      List<Integer> dims = new ArrayList<>();
      for (int d : w.shape().toArray()) {
        dims.add(d);
      }
      out.put(w.name(), dims);
    }
    return out;
  }
}
