package dev.tandem.conformance.golden;

import dev.tandem.devices.Device;
import dev.tandem.graph.Graph;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.checkpoint.SafeTensors;
import dev.tandem.stages.unet.UNet2DConditionModel;
import dev.tandem.stages.unet.UNet2DConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A U-Net at one size of latents. What its blocks compute comes from a second graph, so that the
 * output is checked of the graph that pictures are made with.
 *
 * @param model name of the folder
 * @param prefix of its tensors, for example {@code unet.odd.}
 * @param expected names of its outputs that are golden
 */
record UNetCase(String model, Path folder, String prefix, Set<String> expected)
    implements GoldenCase.OnDevice {
  static final Set<String> INPUTS =
      Set.of(
          UNet2DConditionModel.SAMPLE,
          UNet2DConditionModel.TIMESTEP,
          UNet2DConditionModel.ENCODER_HIDDEN_STATES,
          UNet2DConditionModel.TIMESTEP_COND,
          UNet2DConditionModel.TEXT_EMBEDS,
          UNet2DConditionModel.TIME_IDS);

  @Override
  public String name() {
    return model + " " + prefix + "*";
  }

  @Override
  public List<Check> run(Device device) {
    Component component = Component.open(folder.resolve("unet"));
    UNet2DConditionModel unet =
        new UNet2DConditionModel(UNet2DConfig.of(component.config().json()));
    try (SafeTensors golden = SafeTensors.open(folder.resolve("golden.safetensors"));
        ModelWeights weights = component.weights()) {
      int[] x = golden.get(prefix + UNet2DConditionModel.SAMPLE).shape().toArray();
      int tokens = golden.get(prefix + UNet2DConditionModel.ENCODER_HIDDEN_STATES).shape().dim(1);
      Map<String, float[]> outputs =
          run(device, unet.graph(x[0], x[2], x[3], tokens), golden, weights);
      if (!outputs.keySet().containsAll(expected)) {
        Graph taps = unet.graph(x[0], x[2], x[3], tokens, true);
        run(device, taps, golden, weights).forEach(outputs::putIfAbsent);
      }
      return expected.stream().sorted().map(o -> check(device, outputs, golden, o)).toList();
    }
  }

  private Map<String, float[]> run(
      Device device, Graph graph, SafeTensors golden, ModelWeights weights) {
    return Network.run(device, graph, weights, input -> golden.get(prefix + input));
  }

  private Check check(
      Device device, Map<String, float[]> outputs, SafeTensors golden, String output) {
    return outputs.containsKey(output)
        ? Network.check(model, device, outputs.get(output), golden, prefix + output)
        : Check.failed(
            model + " " + prefix + output,
            device.info().id(),
            "unknown tensor; the model has outputs " + outputs.keySet());
  }
}
