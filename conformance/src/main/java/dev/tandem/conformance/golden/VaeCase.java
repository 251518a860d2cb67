package dev.tandem.conformance.golden;

import dev.tandem.devices.Device;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Graph;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.checkpoint.SafeTensors;
import dev.tandem.stages.vae.Moments;
import dev.tandem.stages.vae.Vae;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An autoencoder at one size: decoding, encoding, or both.
 *
 * @param model name of the folder
 * @param prefix of its tensors, for example {@code vae.wide.}
 * @param present names of its tensors, without the prefix
 */
record VaeCase(String model, Path folder, String prefix, Set<String> present)
    implements GoldenCase.OnDevice {
  private static final String LATENTS = "latents";
  private static final String IMAGE = "image";
  private static final String ENCODE_INPUT = "encode.input";
  private static final String MEAN = "encode.mean";
  private static final String LOGVAR = "encode.logvar";
  private static final String ENCODED = "encode.latents";
  static final Set<String> TENSORS = Set.of(LATENTS, IMAGE, ENCODE_INPUT, MEAN, LOGVAR, ENCODED);

  @Override
  public String name() {
    return model + " " + prefix + "*";
  }

  @Override
  public List<Check> run(Device device) {
    Component component = Component.open(folder.resolve("vae"));
    try (SafeTensors golden = SafeTensors.open(folder.resolve("golden.safetensors"));
        ModelWeights weights = component.weights()) {
      Vae vae = Vae.of(component.config().json(), weights.names());
      List<Check> checks = new ArrayList<>();
      if (present.contains(IMAGE)) {
        Tensor z = golden.get(prefix + LATENTS);
        Graph g = vae.decode(z.shape().dim(0), z.shape().dim(2), z.shape().dim(3));
        float[] image = Network.run(device, g, weights, input -> z).get(Vae.IMAGE);
        checks.add(Network.check(model, device, image, golden, prefix + IMAGE));
      }
      if (present.contains(ENCODE_INPUT)) {
        checks.addAll(encode(device, vae, golden, weights));
      }
      return checks;
    }
  }

  private List<Check> encode(Device device, Vae vae, SafeTensors golden, Weights weights) {
    Tensor x = golden.get(prefix + ENCODE_INPUT);
    Graph g = vae.encode(x.shape().dim(0), x.shape().dim(2), x.shape().dim(3));
    float[] encoded = Network.run(device, g, weights, input -> x).get(vae.encoderOutput());
    if (!vae.encoderOutput().equals(Vae.MOMENTS)) {
      return List.of(Network.check(model, device, encoded, golden, prefix + ENCODED));
    }
    Moments moments = Moments.split(encoded, vae.latentChannels());
    return List.of(
        Network.check(model, device, moments.mean(), golden, prefix + MEAN),
        Network.check(model, device, moments.logvar(), golden, prefix + LOGVAR));
  }
}
