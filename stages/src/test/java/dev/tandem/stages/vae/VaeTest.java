package dev.tandem.stages.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import dev.tandem.stages.Json;
import dev.tandem.stages.layers.ConfigException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VaeTest {

  @Test
  void anUnknownClassIsRefusedWithTheKnownOnes() {
    ObjectNode config = Json.published("sd15-vae").put("_class_name", "VQModel");
    assertThatThrownBy(() -> Vae.of(config, Set.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("'VQModel'")
        .hasMessageContaining("AutoencoderKL, AutoencoderTiny");
  }

  @Test
  void attentionKeysFollowTheCheckpoint() {
    Set<String> old = Set.of("decoder.mid_block.attentions.0.query.weight");
    assertThat(Vae.of(Json.published("sd15-vae"), old).decode(1, 8, 8).weights())
        .extracting(Node::name)
        .contains("decoder.mid_block.attentions.0.proj_attn.bias")
        .noneMatch(n -> n.contains("to_"));
    assertThat(Vae.of(Json.published("sd15-vae"), Set.of()).encode(1, 64, 64).weights())
        .extracting(Node::name)
        .contains("encoder.mid_block.attentions.0.to_out.0.bias")
        .noneMatch(n -> n.contains("query"));
  }

  @Test
  void optionalPartsAreLeftOut() {
    ObjectNode config =
        Json.published("sd15-vae")
            .put("use_quant_conv", false)
            .put("use_post_quant_conv", false)
            .put("mid_block_add_attention", false);
    Vae vae = Vae.of(config, Set.of());
    assertThat(vae.decode(1, 8, 8).nodes())
        .noneMatch(n -> n.name().contains("quant") || n.op() instanceof Op.Attention);
    assertThat(vae.encode(1, 64, 64).nodes())
        .noneMatch(n -> n.name().contains("quant") || n.op() instanceof Op.Attention);
  }

  @Test
  void shapesOfBothDirections() {
    for (String name : List.of("sd15-vae", "taesd")) {
      Vae vae = Vae.of(Json.published(name), Set.of());
      assertThat(vae.decode(2, 8, 12).output(Vae.IMAGE).shape()).isEqualTo(Shape.of(2, 64, 96, 3));
      int channels = name.equals("taesd") ? 4 : 8;
      assertThat(vae.encode(2, 64, 96).output(vae.encoderOutput()).shape())
          .isEqualTo(Shape.of(2, 8, 12, channels));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "sd15-vae, down_block_types, '[\"AttnDownEncoderBlock2D\"]'",
    "sd15-vae, up_block_types, '[\"UpDecoderBlock2D\"]'",
    "sd15-vae, norm_num_groups, 24",
    "sd15-vae, scaling_factor, 0",
    "sd15-vae, latents_mean, '[0.1, 0.2]'",
    "sd15-vae, spatial_norm, true",
    "taesd, upsample_fn, '\"bilinear\"'",
    "taesd, encoder_block_out_channels, '[32, 64, 64, 64]'",
    "taesd, num_encoder_blocks, '[1, 3]'",
  })
  void refusesWhatItCannotHonour(String model, String key, String value) {
    ObjectNode config = Json.published(model).set(key, Json.parse(value));
    assertThatThrownBy(() -> Vae.of(config, Set.of())).isInstanceOf(ConfigException.class);
  }

  @Test
  void momentsAreSplitPixelByPixelAndVariancesClamped() {
    Moments m = Moments.split(new float[] {1, 2, 3, 4, 5, 6, -99, 99}, 2);
    assertThat(m.mean()).containsExactly(1, 2, 5, 6);
    assertThat(m.logvar()).containsExactly(3, 4, -30, 20);
    assertThatThrownBy(() -> Moments.split(new float[6], 2))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void scalingGoesThereAndBack() {
    ObjectNode config = Json.published("sdxl-vae").put("shift_factor", 0.5);
    float[] x = {1, -2, 3, 0};
    LatentScaling plain = Vae.of(config, Set.of()).latentScaling();
    plain.toDecoder(x);
    assertThat(x[0]).isCloseTo(1 / 0.13025f + 0.5f, within(1e-5f));
    plain.fromEncoder(x);
    assertThat(x).containsExactly(new float[] {1, -2, 3, 0}, within(1e-5f));

    config.set("latents_mean", Json.parse("[1, 2, 3, 4]"));
    config.set("latents_std", Json.parse("[2, 2, 2, 4]"));
    LatentScaling statistics = Vae.of(config, Set.of()).latentScaling();
    statistics.toDecoder(x);
    assertThat(x[3]).isCloseTo(4, within(1e-5f));
    assertThat(x[0]).isCloseTo(2 / 0.13025f + 1, within(1e-5f));
    statistics.fromEncoder(x);
    assertThat(x).containsExactly(new float[] {1, -2, 3, 0}, within(1e-5f));

    // diffusers' StableDiffusionXLPipeline leaves the shift out, StableDiffusionPipeline all of it
    statistics.inPipeline(true).toDecoder(x);
    assertThat(x[0]).isCloseTo(2 / 0.13025f + 1, within(1e-5f));
    float[] shifted = {1, -2, 3, 0};
    plain.inPipeline(true).toDecoder(shifted);
    assertThat(shifted[0]).isCloseTo(1 / 0.13025f, within(1e-5f));
    float[] there = {1, -2, 3, 0};
    statistics.inPipeline(false).toDecoder(there);
    assertThat(there[0]).isCloseTo(1 / 0.13025f, within(1e-5f));
    statistics.inPipeline(false).fromEncoder(there);
    assertThat(there).containsExactly(new float[] {1, -2, 3, 0}, within(1e-5f));
  }
}
