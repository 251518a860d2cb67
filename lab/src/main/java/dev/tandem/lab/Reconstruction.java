package dev.tandem.lab;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Executable;
import dev.tandem.graph.Cost;
import dev.tandem.graph.Graph;
import dev.tandem.stages.DecodeStage;
import dev.tandem.stages.EncodeStage;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.quality.Psnr;
import dev.tandem.stages.quality.Ssim;
import dev.tandem.stages.vae.AutoencoderKl;
import dev.tandem.stages.vae.Moments;
import dev.tandem.stages.vae.Vae;
import java.nio.file.Path;
import java.util.List;

/**
 * What an autoencoder keeps of real pictures that it was not trained on: encoded to the mean of
 * their latents, decoded, and rounded to 8 bits.
 *
 * @param decodeFlops floating-point operations of decoding a picture
 * @param weights how many it has
 * @param pictures how many were compared
 * @param psnr to the picture itself, mean, dB
 * @param ssim likewise
 */
record Reconstruction(long decodeFlops, long weights, int pictures, Interval psnr, Interval ssim) {

  /**
   * Measures one.
   *
   * @param folder of the autoencoder
   * @param images {@code [pixels, pixels, 3]} in 0..1
   * @throws LabException if it is of another kind than its name says
   */
  static Reconstruction of(
      Path folder, LatentSpace space, List<float[]> images, int pixels, Device device) {
    Component part = Component.open(folder);
    try (ModelWeights weights = part.weights()) {
      Vae vae = part.read(json -> Vae.of(json, weights.names()));
      if (!(vae instanceof AutoencoderKl)
          || vae.scaleFactor() != space.factor()
          || vae.latentChannels() != space.channels()) {
        throw new LabException(
            folder
                + " makes pictures "
                + vae.scaleFactor()
                + " times smaller, with "
                + vae.latentChannels()
                + " channels; an AutoencoderKL of the form "
                + space.name()
                + " must be there, or none");
      }
      Graph encoder = vae.encode(1, pixels, pixels);
      Graph decoder = vae.decode(1, space.side(pixels), space.side(pixels));
      double[] psnr = new double[images.size()];
      double[] ssim = new double[images.size()];
      try (Executable encode = device.compile(encoder, weights, CompileOptions.DEFAULT);
          Executable decode = device.compile(decoder, weights, CompileOptions.DEFAULT)) {
        for (int i = 0; i < psnr.length; i++) {
          byte[] before = DecodeStage.toBytes(images.get(i));
          byte[] after = DecodeStage.toBytes(through(encode, decode, images.get(i), space));
          psnr[i] = Psnr.of(before, after);
          ssim[i] = Ssim.of(before, after, pixels, pixels);
        }
      }
      long count =
          encoder.weights().stream().mapToLong(n -> n.shape().elements()).sum()
              + decoder.weights().stream().mapToLong(n -> n.shape().elements()).sum();
      return new Reconstruction(
          Cost.of(decoder).flops(),
          count,
          psnr.length,
          MeanInterval.of(psnr),
          MeanInterval.of(ssim));
    }
  }

  private static float[] through(
      Executable encode, Executable decode, float[] image, LatentSpace space) {
    encode.input(Vae.IMAGE).set(EncodeStage.toSigned(image));
    encode.run();
    Moments moments = Moments.split(encode.output(Vae.MOMENTS).toFloats(), space.channels());
    decode.input(Vae.LATENTS).set(moments.mean());
    decode.run();
    float[] out = decode.output(Vae.IMAGE).toFloats();
    DecodeStage.toUnit(out);
    return out;
  }
}
