package dev.tandem.orchestrator.quantize;

import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Graph;
import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.Quantization;
import dev.tandem.stages.StagePlan;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.SafeTensors;
import dev.tandem.stages.checkpoint.SafeTensorsWriter;
import dev.tandem.stages.quantize.Noise;
import dev.tandem.stages.quantize.Observed;
import dev.tandem.stages.quantize.QuantizePass;
import dev.tandem.stages.quantize.QuantizedWeights;
import dev.tandem.stages.quantize.Taps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Quantises the U-Net of a model into a folder of its own. What is done is kept, so that a job that
 * was interrupted goes on: after each prompt, and after each layer.
 */
public final class Quantizer {
  /** Of the graph whose products are looked at; any size has the same. */
  private static final int LATENTS = 8;

  private static final String SIGNAL = "signal";
  private static final String ERROR = "error";

  private final QuantizeJob job;
  private final ModelPlan plan;
  private final Graph unet;
  private final QuantizeProgress progress;

  /**
   * Reads and checks the model.
   *
   * @throws dev.tandem.stages.checkpoint.CheckpointException if it cannot be read
   * @throws RequestException if it is quantised already
   */
  public Quantizer(QuantizeJob job, QuantizeProgress progress) {
    this.job = job;
    this.progress = progress;
    plan = ModelPlan.of(ModelFolder.open(job.model()));
    if (!plan.options().quantization().equals(Quantization.NONE)) {
      throw new RequestException(
          job.model() + " is quantised already; give the model that it was made from");
    }
    int side = LATENTS * plan.scaleFactor();
    unet = plan.stage(StagePlan.DENOISE).graphs(1, side, side).getFirst();
  }

  /**
   * Does it.
   *
   * @return the layers in the order of the network
   * @throws RequestException if the output is something else
   * @throws dev.tandem.devices.DeviceException if the device does not exist or fails
   */
  public List<LayerNoise> run() {
    Unfinished unfinished = Unfinished.open(job, plan.folder().component("unet").folder());
    Observed.Rounding inputs =
        job.form().activations() ? calibrate(unfinished).rounding() : Observed.Rounding.NONE;
    List<String> products = QuantizePass.products(unet, job.form());
    List<LayerNoise> noise = new ArrayList<>();
    QuantizedFolder folder = new QuantizedFolder(plan.folder(), job.output());
    try (QuantizedWeights weights =
        new QuantizedWeights(
            plan.folder().component("unet").weights(), job.form(), inputs.inverses())) {
      for (String p : products) {
        Optional<Noise> input = Optional.ofNullable(inputs.noise().get(p));
        noise.add(new LayerNoise(p, layer(p, weights, unfinished.layer(p)), input));
        progress.at(p, noise.size(), products.size());
      }
      List<Path> layers = products.stream().map(unfinished::layer).toList();
      folder.unet(job.form(), products, layers, weights);
    }
    folder.rest();
    unfinished.finish();
    return noise;
  }

  private Observed calibrate(Unfinished unfinished) {
    Taps taps = Taps.of(unet);
    Observed observed = unfinished.observed(taps);
    int done = unfinished.prompts();
    int all = job.prompts().size();
    if (done < all) {
      try (Device device = Devices.open(job.device());
          Calibrator calibrator = new Calibrator(plan, device, job.steps())) {
        for (int i = done; i < all; i++) {
          String prompt = job.prompts().get(i);
          calibrator.look(i, prompt, observed);
          unfinished.keep(observed, i + 1);
          progress.at(prompt, i + 1, all);
        }
      }
    }
    return observed;
  }

  /** Writes the tensors of a product, unless that was done. */
  private static Noise layer(String product, QuantizedWeights weights, Path file) {
    if (!Files.exists(file)) {
      Noise noise = weights.noise(product);
      Map<String, String> metadata =
          Map.of(SIGNAL, Double.toString(noise.signal()), ERROR, Double.toString(noise.error()));
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      weights.namesOf(product).forEach(n -> tensors.put(n, weights.get(n)));
      SafeTensorsWriter.write(file, metadata, tensors);
    }
    try (SafeTensors kept = SafeTensors.open(file)) {
      Map<String, String> m = kept.metadata();
      return new Noise(Double.parseDouble(m.get(SIGNAL)), Double.parseDouble(m.get(ERROR)));
    }
  }
}
