package dev.tandem.stages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executables;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.random.TorchGenerator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Decoding in tiles, with the default model's VAE on the reference device. */
class TiledDecodeTest {
  private static final Path MODEL = Path.of("../models/default");

  @Test
  void aPictureThatIsOneTileComesOutAsWithoutTiling() {
    float[] latents = noise(12, 16);
    try (ModelFolderStage whole = new ModelFolderStage();
        ModelFolderStage tiled = new ModelFolderStage()) {
      tiled.stage.form(new Decoding.Tiled(16));
      assertThat(tiled.decode(latents, 12, 16)).isEqualTo(whole.decode(latents, 12, 16));
      assertThat(tiled.shapes).containsExactly("[1,12,16,8]");
    }
  }

  @Test
  void allTilesRunThroughOneExecutableAndFillThePicture() {
    float[] latents = noise(12, 20);
    try (ModelFolderStage tiled = new ModelFolderStage();
        ModelFolderStage whole = new ModelFolderStage()) {
      tiled.stage.form(new Decoding.Tiled(12));
      float[] picture = tiled.decode(latents, 12, 20);
      assertThat(tiled.shapes).containsExactly("[1,12,12,8]", "[1,12,12,8]");
      float[] expected = whole.decode(latents, 12, 20);
      assertThat(picture).hasSameSizeAs(expected);
      assertThat(psnr(picture, expected)).as("PSNR of noise, dB").isGreaterThan(20);
    }
  }

  static double psnr(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
    }
    return -10 * Math.log10(sum / a.length);
  }

  private static float[] noise(int height, int width) {
    return Layout.toChannelsLast(new TorchGenerator(5).randn(height * width * 8), 8);
  }

  /** A decoder that notes what it ran. */
  private static final class ModelFolderStage implements AutoCloseable {
    private final Device device = Devices.open("reference");
    private final Executables executables = new Executables(device);
    private final DecodeStage stage =
        new DecodeStage(ModelPlan.of(ModelFolder.open(MODEL)), executables, CompileOptions.DEFAULT);
    private final List<String> shapes = new ArrayList<>();

    float[] decode(float[] latents, int height, int width) {
      Runner runner =
          (executable, step) -> {
            shapes.add(executable.input("latents").shape().toString().replace(" ", ""));
            executable.run();
          };
      return stage.decode(latents, height, width, runner);
    }

    @Override
    public void close() {
      stage.close();
      executables.close();
      device.close();
    }
  }
}
