package dev.tandem.stages.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphException;
import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;
import dev.tandem.stages.Json;
import dev.tandem.stages.layers.ConfigException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClipVisionModelTest {
  private static ObjectNode json() {
    return Json.parse("{\"model_type\": \"clip_vision_model\"}").deepCopy();
  }

  @Test
  void anEmptyConfigIsThatOfViTB32() {
    Graph g = new ClipVisionModel(ClipVisionConfig.of(json())).graph(2, ClipVisionModel.OUTPUTS);
    assertThat(g.output("image_embeds").shape()).isEqualTo(Shape.of(2, 512));
    assertThat(g.output("last_hidden_state").shape()).isEqualTo(Shape.of(2, 50, 768));
    assertThat(g.weights())
        .extracting(Node::name)
        .contains(
            "vision_model.embeddings.class_embedding",
            "vision_model.pre_layrnorm.weight",
            "vision_model.encoder.layers.11.mlp.fc2.bias",
            "visual_projection.weight")
        .doesNotContain("vision_model.embeddings.patch_embedding.bias");
  }

  @Test
  void refusesAnUnknownOutput() {
    ClipVisionModel m = new ClipVisionModel(ClipVisionConfig.of(json()));
    assertThatThrownBy(() -> m.graph(1, Set.of("logits")))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("logits");
  }

  @ParameterizedTest
  @CsvSource({
    "model_type, \"clip_text_model\"",
    "num_channels, 4",
    "num_attention_heads, 7",
    "patch_size, 500",
    "hidden_act, \"gelu_new\""
  })
  void refusesWhatItCannotHonour(String key, String value) {
    ObjectNode json = json();
    json.set(key, Json.parse(value));
    assertThatThrownBy(() -> ClipVisionConfig.of(json))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key)
        .hasMessageContaining(value.replace("\"", ""));
  }

  @Test
  void pixelsAreNormalisedAndLargerPicturesAveraged() {
    ClipPixels pixels = new ClipPixels(1, List.of(0.5f, 0.5f, 0f), List.of(0.5f, 0.25f, 1f));
    float[] two = {0, 1, 0.1f, 1, 1, 0.2f, 1, 1, 0.3f, 0, 1, 0.4f};
    float[] out = pixels.normalise(two, 2, 2);
    assertThat(out[0]).isCloseTo(0, within(1e-6f));
    assertThat(out[1]).isCloseTo(2, within(1e-6f));
    assertThat(out[2]).isCloseTo(0.25f, within(1e-6f));
    assertThatThrownBy(
            () ->
                new ClipPixels(2, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f))
                    .normalise(new float[27], 3, 3))
        .hasMessageContaining("3 x 3")
        .hasMessageContaining("multiple");
  }

  @Test
  void absentPreprocessingIsThatOfOpenAi() {
    ClipPixels pixels = ClipPixels.of(Json.parse("{}"), 224);
    assertThat(pixels.mean()).containsExactly(0.48145467f, 0.4578275f, 0.40821072f);
    assertThatThrownBy(() -> ClipPixels.of(Json.parse("{\"image_std\": [1, 0, 1]}"), 224))
        .isInstanceOf(ConfigException.class);
  }
}
