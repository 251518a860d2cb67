package dev.tandem.stages.unet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Cost;
import dev.tandem.graph.Graph;
import dev.tandem.graph.LoopInvariant;
import dev.tandem.graph.Node;
import dev.tandem.stages.Json;
import dev.tandem.stages.checkpoint.SafeTensors;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The part of a U-Net that does not change from step to step, computed once. */
class StepInvariantTest {
  private static final Path UNET = Json.root().resolve("models/default/unet");

  @Test
  void keysAndValuesOfCrossAttentionAreComputedOnce() {
    Graph g = defaultModel().graph(2, 16, 16, 32);
    LoopInvariant cut = LoopInvariant.split(g, UNet2DConditionModel.STEP_INPUTS).orElseThrow();
    assertThat(cut.once().outputs()).hasSize(14);
    assertThat(cut.once().outputs().keySet()).allMatch(n -> n.matches(".*attn2\\.to_[kv]"));
    assertThat((double) Cost.of(cut.once()).flops() / Cost.of(g).flops()).isBetween(0.019, 0.020);
  }

  @Test
  void textAndSizeConditioningOfXlIsComputedOnce() {
    Graph g =
        new UNet2DConditionModel(UNet2DConfig.of(Json.published("sdxl-unet"))).graph(2, 16, 16, 77);
    LoopInvariant cut = LoopInvariant.split(g, UNet2DConditionModel.STEP_INPUTS).orElseThrow();
    assertThat(cut.once().outputs()).containsKey("add_embedding.linear_2").hasSize(141);
    assertThat(cut.each().inputs())
        .extracting(Node::name)
        .doesNotContain("text_embeds", "time_ids", "encoder_hidden_states");
  }

  @Test
  void theStepsGiveTheSameNumbers() {
    Graph g = defaultModel().graph(1, 5, 4, 32);
    LoopInvariant cut = LoopInvariant.split(g, UNet2DConditionModel.STEP_INPUTS).orElseThrow();
    try (Device device = Devices.open("reference");
        SafeTensors w = SafeTensors.open(UNET.resolve("diffusion_pytorch_model.safetensors"));
        Executable whole = device.compile(g, w, CompileOptions.DEFAULT);
        Executable once = device.compile(cut.once(), w, CompileOptions.DEFAULT);
        Executable each = device.compile(cut.each(), w, CompileOptions.DEFAULT)) {
      for (Node in : g.inputs()) {
        randomise(whole.input(in.name()), in.id());
      }
      once.input("encoder_hidden_states").set(whole.input("encoder_hidden_states"));
      once.run();
      cut.once().outputs().keySet().forEach(k -> each.input(k).set(once.output(k)));
      for (int step = 0; step < 2; step++) {
        randomise(whole.input("sample"), step);
        each.input("sample").set(whole.input("sample"));
        each.input("timestep").set(whole.input("timestep"));
        whole.run();
        each.run();
        assertThat(each.output("output").toFloats())
            .isEqualTo(whole.output("output").toFloats())
            .doesNotContain(Float.NaN);
      }
    }
  }

  private static UNet2DConditionModel defaultModel() {
    return new UNet2DConditionModel(UNet2DConfig.of(Json.file(UNET.resolve("config.json"))));
  }

  private static void randomise(Tensor t, int seed) {
    Random random = new Random(seed);
    for (int i = 0; i < t.elements(); i++) {
      t.setFloat(i, (float) random.nextGaussian());
    }
  }
}
