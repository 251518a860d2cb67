package dev.tandem.stages.vae;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.graph.Graph;
import dev.tandem.stages.layers.ConfigException;
import java.util.Set;

/**
 * An autoencoder between pictures {@code [batch, height, width, channels]} in -1..1 and latents.
 */
public sealed interface Vae permits AutoencoderKl, AutoencoderTiny {
  /** Input of {@link #decode}: the argument of diffusers' {@code vae.decode}. */
  String LATENTS = "latents";

  /** Output of {@link #decode} and input of {@link #encode}. */
  String IMAGE = "image";

  /** Output of {@link #encode} of an {@link AutoencoderKl}: see {@link Moments}. */
  String MOMENTS = "moments";

  /**
   * The autoencoder that a {@code config.json} describes.
   *
   * @param weightNames keys of its checkpoint, which tell between older and newer key names
   * @throws ConfigException if the class or a value is not supported; names it
   */
  static Vae of(JsonNode config, Set<String> weightNames) {
    String type = config.path("_class_name").asText("");
    return switch (type) {
      case "AutoencoderKL" -> new AutoencoderKl(AutoencoderKlConfig.of(config), weightNames);
      case "AutoencoderTiny" -> new AutoencoderTiny(AutoencoderTinyConfig.of(config));
      default ->
          throw new ConfigException(
              "VAE config: '_class_name' is '"
                  + type
                  + "', supported: AutoencoderKL, AutoencoderTiny");
    };
  }

  /** Channels of the latents. */
  int latentChannels();

  /** How many pixels a latent stands for, each way. */
  int scaleFactor();

  /** How the denoiser's latents relate to the decoder's, with all that the config holds. */
  LatentScaling latentScaling();

  /**
   * Latents to pictures: {@link #LATENTS} {@code [batch, height, width, latentChannels]} to {@link
   * #IMAGE} {@code [batch, scaleFactor * height, scaleFactor * width, 3]} in -1..1 (not clamped).
   *
   * @param height of the latents
   * @param width of the latents
   */
  Graph decode(int batch, int height, int width);

  /**
   * The same as {@link #decode} for one picture in bands of rows, equal but for rounding.
   *
   * @param height of the latents
   * @param width of the latents
   */
  BandProgram bands(int height, int width);

  /**
   * Pictures to latents: {@link #IMAGE} {@code [batch, height, width, 3]} to {@link #MOMENTS} or
   * {@link #LATENTS}, whichever {@link #encoderOutput} says.
   *
   * @param height of the picture
   * @param width of the picture
   */
  Graph encode(int batch, int height, int width);

  /** Name of what {@link #encode} computes. */
  String encoderOutput();
}
