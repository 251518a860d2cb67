package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Executables;
import dev.tandem.stages.vae.Moments;
import dev.tandem.stages.vae.Vae;

/**
 * A picture to latents with a VAE's encoder, to begin with it. Closing it lets the weights go, not
 * what was compiled. One thread at a time.
 */
public final class EncodeStage implements AutoCloseable {
  private static final int RGB = 3;

  private final CompiledPart vae;
  private final String output;
  private final int channels;

  /**
   * Opens the weights; the device is not used yet.
   *
   * @throws dev.tandem.stages.checkpoint.CheckpointException if the model has no encoder
   */
  public EncodeStage(ModelPlan plan, Executables executables, CompileOptions options) {
    vae = CompiledPart.only(plan, StagePlan.IMAGE, executables, options);
    output = plan.parts().vae().encoderOutput();
    channels = plan.latentChannels();
  }

  /** Whether {@link #encode} would not have to compile first; the picture's size in pixels. */
  public boolean ready(int height, int width) {
    return vae.ready(1, width, height);
  }

  /**
   * Encodes a picture; compiles first where needed.
   *
   * @param image values from 0 to 1, {@code [height, width, 3]}; a size that {@link
   *     ModelPlan#width} accepts
   */
  public EncodedPicture encode(float[] image, int height, int width, Runner runner) {
    if (image.length != height * width * RGB) {
      throw new IllegalArgumentException(
          image.length + " values are no picture of " + width + " x " + height + " pixels");
    }
    Executable executable = vae.get(1, width, height);
    executable.input(Vae.IMAGE).set(toSigned(image));
    runner.run(executable, 0);
    float[] encoded = executable.output(output).toFloats();
    return output.equals(Vae.MOMENTS)
        ? EncodedPicture.of(Moments.split(encoded, channels))
        : EncodedPicture.of(encoded);
  }

  /** Values from 0 to 1 to what an encoder takes, -1 to 1. */
  public static float[] toSigned(float[] image) {
    float[] signed = new float[image.length];
    for (int i = 0; i < signed.length; i++) {
      signed[i] = 2 * image[i] - 1;
    }
    return signed;
  }

  /** Bytes of a picture to values from 0 to 1. */
  public static float[] toFloats(byte[] rgb) {
    float[] out = new float[rgb.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (rgb[i] & 255) / 255f;
    }
    return out;
  }

  /** Memory of the encoder compiled for a picture, 0 if it is not; bytes on the device. */
  public long bytes(int height, int width) {
    return vae.bytes(1, width, height);
  }

  @Override
  public void close() {
    vae.close();
  }
}
