package dev.tandem.stages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executables;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.random.TorchGenerator;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Decoding in bands is decoding the whole picture, on the reference device. */
class BandedDecodeTest {
  private static final double EXACT = 1e-5;

  @TempDir Path dir;

  private final Device device = Devices.open("reference");
  private final Executables executables = new Executables(device);

  @AfterEach
  void close() {
    executables.close();
    device.close();
  }

  @ParameterizedTest
  @CsvSource({
    "default, 12, 10, 1",
    "default, 12, 10, 5",
    "default, 12, 10, 16",
    "default, 9, 7, 7",
    "sd1, 6, 5, 3",
    "sd1, 6, 5, 4",
    "sdxl, 6, 5, 5",
    "taesd, 5, 6, 1",
    "taesd, 5, 6, 6",
    "taesd, 5, 6, 1000"
  })
  void bandsOfAnyHeightMakeTheWholePicture(String kind, int height, int width, int rows)
      throws IOException {
    ModelPlan plan = plan(kind);
    float[] latents = noise(plan, height, width);
    float[] whole = decode(plan, Decoding.WHOLE, latents, height, width);
    float[] bands = decode(plan, new Decoding.Bands(rows), latents, height, width);
    assertThat(difference(bands, whole)).isLessThan(EXACT);
  }

  @Test
  void aBrightQuadrantTellsBandsFromTiles() throws IOException {
    ModelPlan plan = plan("default");
    int side = 24;
    float[] latents = noise(plan, side, side);
    int channels = plan.latentChannels();
    for (int y = 0; y < side / 2; y++) {
      for (int i = y * side * channels; i < (y * side + side / 2) * channels; i++) {
        latents[i] += 3;
      }
    }
    float[] whole = decode(plan, Decoding.WHOLE, latents, side, side);
    float[] bands = decode(plan, new Decoding.Bands(20), latents, side, side);
    float[] tiles = decode(plan, new Decoding.Tiled(16), latents, side, side);
    assertThat(difference(bands, whole)).isLessThan(1e-4);
    assertThat(difference(tiles, whole)).isGreaterThan(1e-2);
  }

  @Test
  void nothingStaysCompiled() throws IOException {
    ModelPlan plan = plan("sd1");
    decode(plan, new Decoding.Bands(4), noise(plan, 6, 6), 6, 6);
    int compiled = executables.compiled();
    decode(plan, new Decoding.Bands(4), noise(plan, 6, 6), 6, 6);
    assertThat(executables.compiled()).isEqualTo(2 * compiled);
  }

  /** The largest difference of values from 0 to 1. */
  private static double difference(float[] a, float[] b) {
    assertThat(a).hasSameSizeAs(b);
    double most = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs(a[i] - b[i]));
    }
    return most;
  }

  private float[] decode(ModelPlan plan, Decoding form, float[] latents, int height, int width) {
    try (DecodeStage stage = new DecodeStage(plan, executables, CompileOptions.DEFAULT)) {
      stage.form(form);
      return stage.decode(latents, height, width, Runner.DIRECT);
    }
  }

  private static float[] noise(ModelPlan plan, int height, int width) {
    int channels = plan.latentChannels();
    float[] values = new TorchGenerator(5).randn(height * width * channels);
    return Layout.toChannelsLast(values, channels);
  }

  private ModelPlan plan(String kind) throws IOException {
    Path folder =
        kind.equals("default")
            ? Json.root().resolve("models/default")
            : TinyFolder.write(dir, kind);
    return ModelPlan.of(ModelFolder.open(folder));
  }
}
