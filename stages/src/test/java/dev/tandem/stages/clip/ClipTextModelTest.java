package dev.tandem.stages.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.graph.Cost;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphException;
import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;
import dev.tandem.stages.Json;
import dev.tandem.stages.layers.ConfigException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClipTextModelTest {
  private static final Set<String> BARE = Set.of("embeddings.token_embedding.weight");
  private static final Set<String> PREFIXED =
      Set.of("text_model.embeddings.token_embedding.weight");

  @Test
  void endOfTextIdTwoMeansThePositionOfTheLargestId() {
    ClipTextModel m = model("sd15-text", PREFIXED);
    assertThat(m.config().eosTokenId()).isEqualTo(2);
    assertThat(m.pooledPosition(new int[] {49406, 320, 2, 49407, 49407})).isEqualTo(3);
    assertThat(m.pooledPosition(new int[] {7, 7})).isZero();
  }

  @Test
  void otherwiseItIsTheFirstEndOfText() {
    ObjectNode json = Json.published("sd15-text").put("eos_token_id", 5);
    ClipTextModel m = new ClipTextModel(ClipTextConfig.of(json), PREFIXED);
    assertThat(m.pooledPosition(new int[] {9, 9, 5, 5})).isEqualTo(2);
    assertThat(m.pooledPosition(new int[] {1, 9, 8})).isZero();
  }

  @Test
  void keysFollowTheCheckpoint() {
    assertThat(model("sd15-text", BARE).graph(1, 77).weights())
        .extracting(Node::name)
        .contains("encoder.layers.0.mlp.fc1.weight", "final_layer_norm.bias");
    assertThat(model("sd15-text", PREFIXED).graph(1, 77).weights())
        .extracting(Node::name)
        .allMatch(n -> n.startsWith("text_model."));
  }

  @Test
  void aProjectionInConfigOrCheckpointGivesTextEmbeds() {
    assertThat(model("sdxl-text2", PREFIXED).graph(2, 77).output("text_embeds").shape())
        .isEqualTo(Shape.of(2, 1280));
    Set<String> names =
        Set.of("text_model.embeddings.token_embedding.weight", "text_projection.weight");
    assertThat(model("sd15-text", names).outputs()).contains("text_embeds");
    assertThatThrownBy(() -> model("sd15-text", PREFIXED).graph(1, 77).output("text_embeds"))
        .isInstanceOf(GraphException.class);
  }

  @Test
  void theLastLayerIsNotComputedWhereOnlyThePenultimateIsWanted() {
    ClipTextModel m = model("sd15-text", PREFIXED);
    Graph all = m.graph(1, 77);
    Graph some = m.graph(1, 77, Set.of(ClipTextModel.PENULTIMATE_HIDDEN_STATE));
    assertThat((double) Cost.of(some).flops() / Cost.of(all).flops()).isBetween(0.91, 0.92);
  }

  @Test
  void refusesOtherThanTheNumberOfTokensThatPromptsArePaddedTo() {
    assertThatThrownBy(() -> model("sd15-text", PREFIXED).graph(1, 78))
        .isInstanceOf(GraphException.class)
        .hasMessage("text encoder takes 77 tokens a prompt, got 78; pad or cut the prompt");
  }

  @Test
  void refusesAnUnknownOutput() {
    assertThatThrownBy(() -> model("sd15-text", PREFIXED).graph(1, 77, Set.of("logits")))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("logits");
  }

  @ParameterizedTest
  @CsvSource({
    "hidden_act, gelu_new",
    "model_type, t5",
    "num_attention_heads, 7",
    "hidden_size, 0",
    "eos_token_id, many"
  })
  void refusesWhatItCannotHonour(String key, String value) {
    ObjectNode json = Json.published("sd15-text");
    json.set(key, Json.parse(value.matches("\\d+") ? value : "\"" + value + "\""));
    assertThatThrownBy(() -> ClipTextConfig.of(json))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key)
        .hasMessageContaining(value);
  }

  private static ClipTextModel model(String name, Set<String> keys) {
    return new ClipTextModel(ClipTextConfig.of(Json.published(name)), keys);
  }
}
