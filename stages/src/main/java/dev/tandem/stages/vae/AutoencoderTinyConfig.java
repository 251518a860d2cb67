package dev.tandem.stages.vae;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.graph.Activation;
import dev.tandem.stages.layers.ConfigReader;
import java.util.List;
import java.util.Set;

/**
 * What an {@code AutoencoderTiny}'s {@code config.json} says, with the defaults of diffusers.
 *
 * @param imageChannels of the input picture
 * @param outChannels of the decoded picture
 * @param encoderChannels of every encoder level
 * @param decoderChannels of every decoder level
 * @param encoderBlocks residual blocks of each encoder level, from fine to coarse
 * @param decoderBlocks residual blocks of each decoder level, from coarse to fine
 * @param upsampling factor between decoder levels
 */
public record AutoencoderTinyConfig(
    int imageChannels,
    int outChannels,
    int latentChannels,
    int encoderChannels,
    int decoderChannels,
    List<Integer> encoderBlocks,
    List<Integer> decoderBlocks,
    int upsampling,
    Activation activation,
    LatentScaling scaling) {

  public AutoencoderTinyConfig {
    encoderBlocks = List.copyOf(encoderBlocks);
    decoderBlocks = List.copyOf(decoderBlocks);
  }

  /**
   * Reads a config.
   *
   * @throws dev.tandem.stages.layers.ConfigException if a value is not supported; names the key and
   *     value
   */
  public static AutoencoderTinyConfig of(JsonNode config) {
    ConfigReader r = new ConfigReader("AutoencoderTiny", config);
    List<Integer> encoderBlocks = r.integers("num_encoder_blocks", List.of(1, 3, 3, 3));
    List<Integer> decoderBlocks = r.integers("num_decoder_blocks", List.of(3, 3, 3, 1));
    r.only("upsample_fn", "nearest");
    // diffusers uses these only to store latents as bytes, and repeats the decoder's channels.
    r.irrelevant("latent_magnitude", "latent_shift", "force_upcast", "block_out_channels");
    int latent = r.integer("latent_channels", 4, 1);
    AutoencoderTinyConfig out =
        new AutoencoderTinyConfig(
            r.integer("in_channels", 3, 1),
            r.integer("out_channels", 3, 1),
            latent,
            channels(r, "encoder_block_out_channels", encoderBlocks.size()),
            channels(r, "decoder_block_out_channels", decoderBlocks.size()),
            encoderBlocks,
            decoderBlocks,
            r.integer("upsampling_scaling_factor", 2, 1),
            r.activation("act_fn", "relu"),
            LatentScaling.of(r, 1, latent));
    r.refuseUnknown();
    return out;
  }

  /** diffusers' layers join only if all levels have the same channels. */
  private static int channels(ConfigReader r, String key, int levels) {
    List<Integer> c = r.perLevel(key, levels, 64);
    if (Set.copyOf(c).size() > 1) {
      throw r.error(key, "is " + c + ", supported: the same number at all levels");
    }
    return c.getFirst();
  }
}
