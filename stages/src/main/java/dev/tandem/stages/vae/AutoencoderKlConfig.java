package dev.tandem.stages.vae;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.graph.Activation;
import dev.tandem.stages.layers.ConfigReader;
import java.util.List;
import java.util.Set;

/**
 * What an {@code AutoencoderKL}'s {@code config.json} says, with the defaults of diffusers.
 *
 * @param imageChannels of the input picture
 * @param outChannels of the decoded picture
 * @param channels of each level, from fine to coarse
 * @param layersPerBlock residual blocks of each encoder level; a decoder level has one more
 * @param quantConv true if a 1x1 convolution follows the encoder
 * @param postQuantConv true if a 1x1 convolution precedes the decoder
 * @param midAttention true if the middle blocks have attention
 */
public record AutoencoderKlConfig(
    int imageChannels,
    int outChannels,
    int latentChannels,
    List<Integer> channels,
    int layersPerBlock,
    int normGroups,
    Activation activation,
    boolean quantConv,
    boolean postQuantConv,
    boolean midAttention,
    LatentScaling scaling) {

  public AutoencoderKlConfig {
    channels = List.copyOf(channels);
  }

  /**
   * Reads a config.
   *
   * @throws dev.tandem.stages.layers.ConfigException if a value is not supported; names the key and
   *     value
   */
  public static AutoencoderKlConfig of(JsonNode config) {
    ConfigReader r = new ConfigReader("AutoencoderKL", config);
    List<Integer> channels = r.integers("block_out_channels", List.of(64));
    blocks(r, "down_block_types", "DownEncoderBlock2D", channels.size());
    blocks(r, "up_block_types", "UpDecoderBlock2D", channels.size());
    int groups = r.integer("norm_num_groups", 32, 1);
    for (int c : channels) {
      if (c % groups != 0) {
        throw r.error("norm_num_groups", "is " + groups + ", which does not divide " + c);
      }
    }
    // Size of training pictures and precision: nothing here depends on them.
    r.irrelevant("sample_size", "force_upcast");
    int latent = r.integer("latent_channels", 4, 1);
    AutoencoderKlConfig out =
        new AutoencoderKlConfig(
            r.integer("in_channels", 3, 1),
            r.integer("out_channels", 3, 1),
            latent,
            channels,
            r.integer("layers_per_block", 1, 1),
            groups,
            r.activation("act_fn", "silu"),
            r.flag("use_quant_conv", true),
            r.flag("use_post_quant_conv", true),
            r.flag("mid_block_add_attention", true),
            LatentScaling.of(r, 0.18215f, latent));
    r.refuseUnknown();
    return out;
  }

  private static void blocks(ConfigReader r, String key, String type, int levels) {
    int n = r.words(key, List.of(type), Set.of(type)).size();
    if (n != levels) {
      throw r.error(key, "names " + n + " blocks, block_out_channels " + levels);
    }
  }
}
