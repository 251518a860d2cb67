package dev.tandem.stages.unet;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.graph.Activation;
import java.util.List;
import java.util.Optional;

/**
 * What a U-Net's {@code config.json} says, with every per-level list written out.
 *
 * @param inChannels channels of the latents
 * @param outChannels channels of the prediction
 * @param sampleSize height and width of the latents it was trained on; empty if not stated
 * @param centerInput true if inputs are mapped from 0..1 to -1..1 first
 * @param convInKernel kernel size of the first convolution
 * @param convOutKernel kernel size of the last convolution
 * @param downsamplePadding padding of the strided convolutions; 0 pads bottom and right only
 * @param normGroups of every group norm
 * @param normEps of the group norms in residual blocks
 * @param linearProjection true if transformers project by linear layers instead of 1x1 convolutions
 * @param contextDim channels of {@code encoder_hidden_states}
 * @param down levels from fine to coarse
 * @param mid the block between; its {@code layers} is the number of transformers, 0 where it is one
 *     residual block
 * @param up levels from coarse to fine
 */
public record UNet2DConfig(
    int inChannels,
    int outChannels,
    List<Integer> sampleSize,
    boolean centerInput,
    int convInKernel,
    int convOutKernel,
    int downsamplePadding,
    int normGroups,
    float normEps,
    Activation activation,
    boolean linearProjection,
    int contextDim,
    Time time,
    Optional<TextTime> textTime,
    List<Level> down,
    Optional<Level> mid,
    List<Level> up) {

  public UNet2DConfig {
    sampleSize = List.copyOf(sampleSize);
    down = List.copyOf(down);
    up = List.copyOf(up);
  }

  /**
   * The same network on latents of another form: other first and last layers.
   *
   * @param channels of the latents and of the prediction
   * @param size height and width of the latents it is for
   */
  public UNet2DConfig withLatents(int channels, int size) {
    return new UNet2DConfig(
        channels,
        channels,
        List.of(size, size),
        centerInput,
        convInKernel,
        convOutKernel,
        downsamplePadding,
        normGroups,
        normEps,
        activation,
        linearProjection,
        contextDim,
        time,
        textTime,
        down,
        mid,
        up);
  }

  /**
   * The time embedding.
   *
   * @param sinusoidDim channels of the sinusoidal embedding
   * @param dim channels after the two linear layers
   * @param condDim channels of {@code timestep_cond}, the guidance-scale embedding; 0 if there is
   *     none
   */
  public record Time(
      int sinusoidDim, int dim, boolean flipSinToCos, float freqShift, int condDim) {}

  /**
   * Conditioning on a pooled text embedding and picture sizes (Stable Diffusion XL).
   *
   * @param textDim channels of {@code text_embeds}
   * @param timeDim channels of each of the {@link #TIME_IDS} embedded {@code time_ids}
   */
  public record TextTime(int textDim, int timeDim) {
    /** Original height and width, crop top and left, target height and width. */
    public static final int TIME_IDS = 6;
  }

  /**
   * The blocks at one resolution.
   *
   * @param channels of its output
   * @param depths transformer blocks after each residual block; all 0 without attention
   * @param heads attention heads
   * @param onlyCrossAttention true if the first attention of a block attends to the text too
   */
  public record Level(int channels, List<Integer> depths, int heads, boolean onlyCrossAttention) {
    public Level {
      depths = List.copyOf(depths);
    }

    /** Number of residual blocks; one less than there are in a middle block. */
    public int layers() {
      return depths.size();
    }
  }

  /**
   * Reads a config, with the defaults of diffusers' {@code UNet2DConditionModel}.
   *
   * @throws dev.tandem.stages.layers.ConfigException if a value is not supported; names the key and
   *     value
   */
  public static UNet2DConfig of(JsonNode config) {
    return new UNet2DConfigReader(config).read();
  }
}
