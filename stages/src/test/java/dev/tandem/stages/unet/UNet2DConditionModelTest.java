package dev.tandem.stages.unet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;
import dev.tandem.stages.Json;
import org.junit.jupiter.api.Test;

class UNet2DConditionModelTest {

  @Test
  void inputsFollowTheConditioningOfTheModel() {
    assertThat(model("sd15-unet").graph(2, 64, 64, 77).inputs())
        .extracting(Node::name)
        .containsExactly("sample", "timestep", "encoder_hidden_states");
    assertThat(model("lcm-unet").graph(2, 64, 64, 77).input("timestep_cond").shape())
        .isEqualTo(Shape.of(2, 256));
    Graph xl = model("sdxl-unet").graph(2, 64, 64, 77);
    assertThat(xl.input("text_embeds").shape()).isEqualTo(Shape.of(2, 1280));
    assertThat(xl.input("time_ids").shape()).isEqualTo(Shape.of(2, 6));
  }

  @Test
  void oddSizesComeBackAsTheyWent() {
    Graph g = model("sd15-unet").graph(1, 17, 23, 77, true);
    assertThat(g.output("output").shape()).isEqualTo(Shape.of(1, 17, 23, 4));
    assertThat(g.output("after.mid_block").shape()).isEqualTo(Shape.of(1, 3, 3, 1280));
    assertThat(g.output("after.up_blocks.0").shape()).isEqualTo(Shape.of(1, 5, 6, 1280));
  }

  @Test
  void theTimeEmbeddingIsActivatedOnce() {
    Graph g = model("sd15-unet").graph(1, 16, 16, 77);
    assertThat(g.nodes()).filteredOn(n -> n.name().equals("time_embedding.activated")).hasSize(1);
    assertThat(g.nodes()).filteredOn(n -> n.name().endsWith(".time_emb_proj")).hasSize(22);
  }

  @Test
  void tapsAreThereOnlyWhenAskedFor() {
    assertThat(model("sd15-unet").graph(1, 16, 16, 77).outputs()).containsOnlyKeys("output");
    assertThat(model("sd15-unet").graph(1, 16, 16, 77, true).outputs())
        .containsKeys(
            "after.conv_in",
            "after.time_embedding",
            "after.down_blocks.3",
            "after.mid_block",
            "after.up_blocks.3");
  }

  @Test
  void refusesAnEmptyPicture() {
    assertThatThrownBy(() -> model("sd15-unet").graph(1, 0, 16, 77)).hasMessageContaining("[1, 0");
  }

  private static UNet2DConditionModel model(String name) {
    return new UNet2DConditionModel(UNet2DConfig.of(Json.published(name)));
  }
}
