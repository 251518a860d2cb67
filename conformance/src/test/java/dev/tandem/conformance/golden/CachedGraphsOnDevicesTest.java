package dev.tandem.conformance.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.unet.DeepCacheGraphs;
import dev.tandem.stages.unet.FirstBlockGraphs;
import dev.tandem.stages.unet.UNet2DConditionModel;
import dev.tandem.stages.unet.UNet2DConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The graphs of caches, some of which leave inputs unread, on every kind of device. */
class CachedGraphsOnDevicesTest {
  private static final int SIDE = 8;
  private static final int TOKENS = 7;
  private static final float TOLERANCE = 2e-3f;

  @ParameterizedTest
  @CsvSource({"sd1, cpu", "sdxl, cpu", "lcm, cpu", "sd1, opencl:0", "sdxl, opencl:0"})
  void aDeviceSaysWhatTheReferenceDeviceSays(String kind, String id) {
    Path golden = Path.of(System.getProperty("tandem.root"), "conformance/golden");
    Component unet = Component.open(golden.resolve(kind + "-tiny/unet"));
    var model = new UNet2DConditionModel(UNet2DConfig.of(unet.config().json()));
    DeepCacheGraphs deep = new DeepCacheGraphs(model, 1);
    FirstBlockGraphs block = new FirstBlockGraphs(model);
    try (Device device = Devices.open(id);
        Device reference = Devices.open("reference");
        ModelWeights weights = unet.weights()) {
      for (Graph g :
          List.of(
              deep.full(2, SIDE, SIDE, TOKENS),
              deep.shallow(2, SIDE, SIDE, TOKENS),
              block.first(2, SIDE, SIDE, TOKENS),
              block.rest(2, SIDE, SIDE, TOKENS))) {
        Map<String, float[]> expected = run(reference, g, weights);
        run(device, g, weights)
            .forEach(
                (name, values) -> {
                  for (int i = 0; i < values.length; i++) {
                    assertThat(values[i])
                        .as("%s of %s, %d", name, g.name(), i)
                        .isCloseTo(expected.get(name)[i], within(TOLERANCE));
                  }
                });
      }
    }
  }

  private static Map<String, float[]> run(Device device, Graph graph, ModelWeights weights) {
    Random random = new Random(3);
    try (Executable e = device.compile(graph, weights, CompileOptions.DEFAULT)) {
      for (Node in : graph.inputs()) {
        float[] values = new float[Math.toIntExact(in.shape().elements())];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) random.nextGaussian();
        }
        e.input(in.name()).set(values);
      }
      e.run();
      Map<String, float[]> all = new LinkedHashMap<>();
      graph.outputs().keySet().forEach(o -> all.put(o, e.output(o).toFloats()));
      return all;
    }
  }
}
