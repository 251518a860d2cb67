package dev.tandem.stages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.graph.Fusion;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.stages.clip.ClipTextConfig;
import dev.tandem.stages.clip.ClipTextModel;
import dev.tandem.stages.unet.UNet2DConditionModel;
import dev.tandem.stages.unet.UNet2DConfig;
import dev.tandem.stages.vae.Vae;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configs of published models give graphs with exactly as many parameters as diffusers counts. */
class PublishedModelsTest {

  @ParameterizedTest
  @CsvSource({
    "sd15-unet, 64, 859520964, 686",
    "sd21-unet, 96, 865910724, 686",
    "sdxl-unet, 128, 2567463684, 1680",
    "lcm-unet, 64, 859602884, 687",
  })
  void unets(String name, int size, long parameters, int tensors) {
    assertWeights(unet(name, size), parameters, tensors);
  }

  @ParameterizedTest
  @CsvSource({
    "sd15-text, 123060480, 196",
    "sd21-text, 340387840, 372",
    "sdxl-text2, 694659840, 517",
  })
  void textEncoders(String name, long parameters, int tensors) {
    assertWeights(text(name), parameters, tensors);
  }

  @ParameterizedTest
  @CsvSource({
    "sd15-vae, 83653863, 248",
    "sdxl-vae, 83653863, 248",
    "taesd, 2445063, 134",
  })
  void autoencoders(String name, long parameters, int tensors) {
    Vae vae = Vae.of(Json.published(name), Set.of());
    assertThat(vae.scaleFactor()).isEqualTo(8);
    assertWeights(vae.decode(1, 8, 8), vae.encode(1, 64, 64), parameters, tensors);
  }

  @ParameterizedTest
  @CsvSource({"sd15-unet", "sd21-unet", "sdxl-unet", "lcm-unet"})
  void everySumOfUNetFoldsIntoTheLayerBeforeIt(String name) {
    Graph fused = Fusion.apply(unet(name, 64));
    assertThat(fused.nodes())
        .noneMatch(n -> n.op() instanceof Op.Add || n.op() instanceof Op.Geglu)
        .noneMatch(n -> n.op() instanceof Op.Activate);
  }

  @Test
  void onlyTheSumOfTokenAndPositionStaysInTheTextEncoder() {
    Graph fused = Fusion.apply(text("sd15-text"));
    assertThat(fused.nodes().stream().filter(n -> n.op() instanceof Op.Add)).hasSize(1);
  }

  private static Graph unet(String name, int size) {
    UNet2DConfig config = UNet2DConfig.of(Json.published(name));
    return new UNet2DConditionModel(config).graph(2, size, size, 77);
  }

  private static Graph text(String name) {
    return new ClipTextModel(ClipTextConfig.of(Json.published(name)), Set.of()).graph(1, 77);
  }

  private static void assertWeights(Graph g, long parameters, int tensors) {
    assertWeights(g, g, parameters, tensors);
  }

  private static void assertWeights(Graph a, Graph b, long parameters, int tensors) {
    Map<String, Node> weights = new TreeMap<>();
    a.weights().forEach(w -> weights.put(w.name(), w));
    b.weights().forEach(w -> weights.put(w.name(), w));
    assertThat(weights.values().stream().mapToLong(w -> w.shape().elements()).sum())
        .isEqualTo(parameters);
    assertThat(weights).hasSize(tensors);
  }
}
