package dev.tandem.stages.unet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.graph.Node;
import dev.tandem.stages.Json;
import dev.tandem.stages.layers.ConfigException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UNet2DConfigTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "class_embed_type                | 'timestep'",
        "num_class_embeds                | 10",
        "addition_embed_type             | 'image'",
        "encoder_hid_dim                 | 512",
        "encoder_hid_dim_type            | 'text_proj'",
        "dual_cross_attention            | true",
        "resnet_time_scale_shift         | 'scale_shift'",
        "resnet_skip_time_act            | true",
        "resnet_out_scale_factor         | 1.4",
        "mid_block_scale_factor          | 2",
        "mid_block_type                  | 'UNetMidBlock2DSimpleCrossAttn'",
        "mid_block_only_cross_attention  | true",
        "time_embedding_type             | 'fourier'",
        "time_embedding_act_fn           | 'silu'",
        "timestep_post_act               | 'silu'",
        "attention_type                  | 'gated'",
        "class_embeddings_concat         | true",
        "cross_attention_norm            | 'layer_norm'",
        "act_fn                          | 'mish'",
        "conv_in_kernel                  | 4",
        "norm_num_groups                 | 7",
        "layers_per_block                | 0",
        "layers_per_block                | 1.5",
        "layers_per_block                | '2'",
        "attention_head_dim              | [5, 10]",
        "cross_attention_dim             | [768, 768, 768, 1024]",
        "down_block_types                | ['DownBlock2D', 'AttnDownBlock2D']",
        "up_block_types                  | ['UpBlock2D']",
        "transformer_layers_per_block    | [1, 2]",
        "transformer_layers_per_block    | [1, [1, 2], 1, 1]",
        "use_linear_projection           | 1",
        "norm_eps                        | 'small'",
        "made_up_by_a_fork               | 3",
      })
  void refusesWhatItCannotHonourAndNamesKeyAndValue(String key, String value) {
    String json = value.replace('\'', '"');
    ObjectNode config = Json.published("sd15-unet").set(key, Json.parse(json));
    assertThatThrownBy(() -> UNet2DConfig.of(config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("UNet2DConditionModel config: ")
        .hasMessageContaining(key)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void oneHeadCountMeansThatManyHeadsAtEveryLevel() {
    UNet2DConfig config = UNet2DConfig.of(Json.published("sd15-unet"));
    assertThat(config.down()).extracting(UNet2DConfig.Level::heads).containsOnly(8);
    assertThat(config.mid().orElseThrow().heads()).isEqualTo(8);
  }

  @Test
  void listsAreReversedOnTheWayUp() {
    UNet2DConfig config = UNet2DConfig.of(Json.published("sdxl-unet"));
    assertThat(config.up()).extracting(UNet2DConfig.Level::heads).containsExactly(20, 10, 5);
    assertThat(config.up())
        .extracting(UNet2DConfig.Level::depths)
        .containsExactly(List.of(10, 10, 10), List.of(2, 2, 2), List.of(0, 0, 0));
    assertThat(config.mid().orElseThrow().depths()).containsExactly(10);
    assertThat(config.textTime()).contains(new UNet2DConfig.TextTime(1280, 256));
  }

  @Test
  void numAttentionHeadsOverridesTheMisnamedKey() {
    ObjectNode config = Json.published("sd15-unet").put("num_attention_heads", 4);
    assertThat(UNet2DConfig.of(config).down())
        .extracting(UNet2DConfig.Level::heads)
        .containsOnly(4);
  }

  @Test
  void depthsMayDifferByLayerAndDirection() {
    ObjectNode config = Json.published("sdxl-unet");
    config.set("transformer_layers_per_block", Json.parse("[1, [2, 1], [4, 3]]"));
    config.set("reverse_transformer_layers_per_block", Json.parse("[[5, 4, 3], [2, 1, 1], 1]"));
    UNet2DConfig read = UNet2DConfig.of(config);
    assertThat(read.down().get(2).depths()).containsExactly(4, 3);
    assertThat(read.mid().orElseThrow().depths()).containsExactly(4);
    assertThat(read.up().get(0).depths()).containsExactly(5, 4, 3);
  }

  @Test
  void anExplicitNullTakesTheMiddleBlockAway() {
    ObjectNode config = Json.published("sd15-unet").putNull("mid_block_type");
    UNet2DConfig read = UNet2DConfig.of(config);
    assertThat(read.mid()).isEmpty();
    assertThat(new UNet2DConditionModel(read).graph(1, 8, 8, 77).weights())
        .noneMatch(w -> w.name().startsWith("mid_block"));
  }

  @Test
  void keysThatEmaTrainingAndSavingLeaveChangeNothing() {
    ObjectNode config = Json.published("sd15-unet");
    UNet2DConfig plain = UNet2DConfig.of(config.deepCopy());
    config.put("decay", 0.9999).put("inv_gamma", 1.0).put("min_decay", 0.0);
    config.put("optimization_step", 37000).put("power", 0.6666).put("update_after_step", 0);
    config.put("use_ema_warmup", false).put("torch_dtype", "float16").put("dtype", "float16");
    config.put("transformers_version", "5.24.0").put("_name_or_path", "somewhere");
    assertThat(UNet2DConfig.of(config)).isEqualTo(plain);
  }

  /** SSD-1B and Segmind-Vega; diffusers' {@code get_mid_block}. */
  @Test
  void aMiddleBlockMayBeOneResidualBlock() {
    ObjectNode config = Json.published("sdxl-unet").put("mid_block_type", "UNetMidBlock2D");
    UNet2DConditionModel model = new UNet2DConditionModel(UNet2DConfig.of(config));
    assertThat(model.graph(1, 8, 8, 77).weights())
        .extracting(Node::name)
        .filteredOn(n -> n.startsWith("mid_block"))
        .isNotEmpty()
        .allMatch(n -> n.startsWith("mid_block.resnets.0."));
  }

  @Test
  void defaultsAreThoseOfDiffusers() {
    UNet2DConfig config = UNet2DConfig.of(Json.parse("{}"));
    assertThat(config.contextDim()).isEqualTo(1280);
    assertThat(config.down()).hasSize(4);
    assertThat(config.sampleSize()).isEmpty();
  }
}
