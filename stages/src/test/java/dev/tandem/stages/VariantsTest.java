package dev.tandem.stages;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.stages.checkpoint.SafeTensors;
import dev.tandem.stages.unet.UNet2DConditionModel;
import dev.tandem.stages.unet.UNet2DConfig;
import dev.tandem.stages.vae.Moments;
import dev.tandem.stages.vae.Vae;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Settings that none of the golden models uses, against diffusers ({@code
 * training/golden/make_variants.py}, {@code make_pruned.py}), on the reference device.
 */
class VariantsTest {
  private static final Path VARIANTS = Json.root().resolve("stages/src/test/resources/variants");
  private static final String WEIGHTS = "diffusion_pytorch_model.safetensors";

  @ParameterizedTest
  @CsvSource({
    "settings, square", "settings, odd",
    "nested-depths, square", "nested-depths, odd",
    "no-middle, square", "no-middle, odd",
    "one-level, square", "one-level, odd",
    "pruned, square", "pruned, odd",
  })
  void unets(String variant, String size) {
    Path folder = VARIANTS.resolve(variant);
    UNet2DConditionModel model =
        new UNet2DConditionModel(UNet2DConfig.of(config(folder.resolve("unet"))));
    try (SafeTensors golden = SafeTensors.open(folder.resolve("golden.safetensors"))) {
      String p = "unet." + size + ".";
      int[] x = golden.get(p + "sample").shape().toArray();
      int tokens = golden.get(p + "encoder_hidden_states").shape().dim(1);
      Graph g = model.graph(x[0], x[2], x[3], tokens);
      Map<String, float[]> inputs = new TreeMap<>();
      g.inputs().forEach(in -> inputs.put(in.name(), nhwc(golden.get(p + in.name()))));
      float[] output = run(g, folder.resolve("unet"), inputs);
      assertClose(output, nhwc(golden.get(p + "output")));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "settings, square", "settings, odd",
    "no-middle, square", "no-middle, odd",
    "one-level, square", "one-level, odd",
  })
  void autoencoders(String variant, String size) {
    Path folder = VARIANTS.resolve(variant).resolve("vae");
    try (SafeTensors golden =
            SafeTensors.open(VARIANTS.resolve(variant).resolve("golden.safetensors"));
        SafeTensors weights = SafeTensors.open(folder.resolve(WEIGHTS))) {
      Vae vae = Vae.of(config(folder), weights.names());
      String p = "vae." + size + ".";
      int[] z = golden.get(p + "latents").shape().toArray();
      float[] latents = nhwc(golden.get(p + "latents"));
      float[] image = run(vae.decode(z[0], z[2], z[3]), folder, Map.of(Vae.LATENTS, latents));
      assertClose(image, nhwc(golden.get(p + "image")));

      int[] x = golden.get(p + "encode.input").shape().toArray();
      float[] picture = nhwc(golden.get(p + "encode.input"));
      float[] encoded = run(vae.encode(x[0], x[2], x[3]), folder, Map.of(Vae.IMAGE, picture));
      if (vae.encoderOutput().equals(Vae.MOMENTS)) {
        Moments moments = Moments.split(encoded, vae.latentChannels());
        assertClose(moments.mean(), nhwc(golden.get(p + "encode.mean")));
        assertClose(moments.logvar(), nhwc(golden.get(p + "encode.logvar")));
      } else {
        assertClose(encoded, nhwc(golden.get(p + "encode.latents")));
      }
    }
  }

  private static JsonNode config(Path folder) {
    return Json.file(folder.resolve("config.json"));
  }

  /** The graph's only output. */
  private static float[] run(Graph g, Path folder, Map<String, float[]> inputs) {
    try (Device device = Devices.open("reference");
        SafeTensors weights = SafeTensors.open(folder.resolve(WEIGHTS));
        Executable e = device.compile(g, weights, CompileOptions.DEFAULT)) {
      for (Node in : g.inputs()) {
        e.input(in.name()).set(inputs.get(in.name()));
      }
      e.run();
      assertThat(g.outputs()).hasSize(1);
      return e.output(g.outputs().keySet().iterator().next()).toFloats();
    }
  }

  private static float[] nhwc(Tensor t) {
    float[] x = t.toFloats();
    if (t.shape().rank() != 4) {
      return x;
    }
    int channels = t.shape().dim(1);
    int pixels = t.shape().dim(2) * t.shape().dim(3);
    float[] out = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      int batch = i / (channels * pixels);
      int c = i / pixels % channels;
      out[(batch * pixels + i % pixels) * channels + c] = x[i];
    }
    return out;
  }

  private static void assertClose(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double largest = 0;
    double error = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      error = Math.max(error, Math.abs((double) actual[i] - expected[i]));
      assertThat(actual[i]).isFinite();
    }
    assertThat(error / largest).isLessThan(1e-4);
  }
}
